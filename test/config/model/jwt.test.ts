import { describe, expect, it } from '@jest/globals';
import { authFor } from '../../../src/config/model/endpoint.js';
import { providers } from '../../../src/config/model/providers.js';
import { load, loadModel } from '../loading.js';

const config = {
  jwt_method: 'GET',
  jwt_url: 'https://auth.example/token?tenant=a',
  jwt_headers: [{ key: 'X-Secret', value: 'header-secret' }],
  jwt_body: '',
  jwt_response_key: 'data.token',
};
const jwt = {
  method: 'GET',
  url: 'https://auth.example/token?tenant=a',
  headers: { 'X-Secret': 'header-secret' },
  body: null,
  responseKey: 'data.token',
};

const seed = (members: object) => ({
  models: [
    {
      id: 'a',
      endpoint_configuration: {
        model_name: 'm',
        model_config: { model_provider: 'together', model_auth_type: 'jwt', ...members },
      },
    },
  ],
});
const preset = (members: object) => ({
  models: [{ id: 'a', provider: 'openai', model: 'm', model_auth_type: 'jwt', ...members }],
});
const text = (value: object) => JSON.stringify(value);

describe('model_auth_type: jwt', () => {
  it('fetches the token as configured in the seed form, and ignores API keys', async () => {
    const { endpoint } = await loadModel(text(seed({ model_jwt_config: config, apikeys: ['unused-key'] })));
    expect(endpoint).toMatchObject({ jwt, apiKeys: [] });
  });

  it('fetches the token as configured in the preset form', async () => {
    const method = { jwt_url: config.jwt_url, jwt_body: 'client_secret=s' };
    const { endpoint } = await loadModel(text(preset({ model_jwt_config: method })));
    expect(endpoint.jwt).toEqual({
      ...jwt,
      method: 'POST',
      headers: {},
      body: 'client_secret=s',
      responseKey: null,
    });
  });

  it('sends the token in the Authorization header, whatever header the provider uses for keys', () => {
    expect(authFor({ model_auth_type: 'jwt' }, providers.anthropic!)).toEqual({
      headerName: 'Authorization',
      prefix: 'Bearer ',
    });
    expect(authFor({}, providers.anthropic!).headerName).toBe('x-api-key');
  });

  it('sends the token in the header given in auth_data', async () => {
    const auth_data = { header_name: 'X-Token', header_prefix: '' };
    const { endpoint } = await loadModel(text(seed({ model_jwt_config: config, auth_data })));
    expect(endpoint.auth).toEqual({ headerName: 'X-Token', prefix: '' });
  });

  it('is required for model_jwt_config to have an effect', async () => {
    const { settings, warnings } = await load(
      text(preset({ model_auth_type: 'apikey', model_jwt_config: config, api_key: 'k-123456' })),
    );
    expect(settings.models[0]!.endpoint).toMatchObject({ jwt: null, apiKeys: ['k-123456'] });
    expect(warnings.join()).toContain('model_jwt_config: has no effect without model_auth_type: jwt');
  });

  it('hides model_jwt_config in the effective configuration', async () => {
    const { effective } = await load(text(preset({ model_jwt_config: { ...config, jwt_method: 'POST' } })));
    const shown = JSON.stringify(effective());
    expect(shown).not.toMatch(/header-secret|auth\.example|tenant/);
    expect(shown).toContain('"model_auth_type":"jwt"');
  });
});
