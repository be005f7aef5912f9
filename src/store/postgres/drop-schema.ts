import { addressOf } from './address.js';
import { connect } from './database.js';

const nothing = (): void => undefined;

/** Drops the schema that the URL names, with all that is in it. Rejects with StoreError. */
export async function dropSchema(url: string): Promise<void> {
  const { schema } = addressOf(url);
  const database = await connect({ url, log: { error: nothing, warn: nothing, info: nothing } });
  try {
    await database.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  } finally {
    await database.close();
  }
}
