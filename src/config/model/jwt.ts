import type { Jwt } from '../../domain/model.js';
import type { Findings, Path } from '../read/problem.js';
import type { ModelConfigEntry } from '../schema/seed-schema.js';

/** How the token that stands in the place of a key is fetched; null where `model_auth_type` is not `jwt`. `at` is the place of both members. */
export function jwtOf(
  { model_auth_type: type, model_jwt_config: given }: ModelConfigEntry,
  at: Path,
  { problems, warnings }: Findings,
): Jwt | null {
  const configured: Path = [...at, 'model_jwt_config'];
  if (type !== 'jwt') {
    if (given !== undefined)
      warnings.push({ path: configured, message: 'has no effect without model_auth_type: jwt', at: 'key' });
    return null;
  }
  if (given?.jwt_url === undefined) {
    const message = 'is required by model_auth_type: jwt';
    problems.push({ path: given === undefined ? configured : [...configured, 'jwt_url'], message });
    return null;
  }
  const { jwt_method: method = 'POST', jwt_url: url, jwt_body: body } = given;
  if (method === 'GET' && body !== undefined)
    warnings.push({ path: [...configured, 'jwt_body'], message: 'has no effect with GET', at: 'key' });
  return {
    method,
    url,
    headers: Object.fromEntries((given.jwt_headers ?? []).map(({ key, value }) => [key, value])),
    body: method === 'GET' ? null : (body ?? null),
    responseKey: given.jwt_response_key ?? null,
  };
}
