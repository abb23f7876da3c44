// A certified OpenID provider (oidc-provider), configured as Keycloak behaves: refresh tokens without offline_access,
// rotated at each use. Its first line on stdout says where it is; each further one what it did or did not like. It
// obeys lines on stdin, and ends when stdin does.
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import { createInterface } from 'node:readline';

import { Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const LONG = 600; // seconds
const LIVES = { AccessToken: { crowd: 2, hasty: 3, once: 2 }, DeviceCode: { hasty: 2, misled: 2 } };

console.info = console.error; // its notices are no lines of ours
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const keys = () => [
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('ed25519'),
].map(({ privateKey }) => privateKey.export({ format: 'jwk' }));

const notebook = (client_id, more = {}) => ({
  client_id,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: [
    'http://127.0.0.1/callback', // at any port: RFC 8252, section 7.3
    'http://127.0.0.1/some/where/bimplus/oauth/callback',
    'https://lab.example/some/where/bimplus/oauth/callback',
    'https://hub.example/hub/user-redirect/bimplus/oauth/callback',
  ],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', DEVICE],
  ...more,
});

const clients = [
  notebook('notebook'),
  notebook('quick'), // it may ask for its device code once a second
  notebook('hasty'), // everything it gets expires soon
  notebook('crowd'), // so does its first access token
  notebook('misled'), // so does its device code, though it is told otherwise
  notebook('once', { grant_types: ['authorization_code'] }),
  ...['PS256', 'ES256', 'Ed25519', 'EdDSA'].map((alg) => notebook(alg, { id_token_signed_response_alg: alg })),
];

const life = (kind) => (_ctx, token, { clientId }) => {
  const renewed = token.gty?.includes('refresh_token');
  return clientId === 'crowd' && renewed ? LONG : LIVES[kind][clientId] ?? LONG;
};

// Beside the provider, as a database is: what is stored outlives a change of keys.
const adapter = createMemoryAdapter(60); // seconds that it still knows what has expired

function provide(issuer) {
  const provider = new Provider(issuer, {
    adapter,
    clients,
    clockTolerance: 0,
    jwks: { keys: keys() },
    cookies: { keys: ['for tests'] },
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true }, devInteractions: { enabled: true } },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'] },
    ttl: {
      AccessToken: life('AccessToken'), DeviceCode: life('DeviceCode'), Grant: LONG, IdToken: LONG, Interaction: LONG,
      RefreshToken: LONG, Session: LONG,
    },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: id[0].toUpperCase() + id.slice(1), email: `${id}@example.com` }),
    }),
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.method === 'POST') say({ posted: ctx.path, status: ctx.status });
    // Without this the interval is the 5 seconds of RFC 8628, section 3.2, that only `notebook` gets.
    const { route, client } = ctx.oidc ?? {};
    if (route !== 'device_authorization') return;
    if (client?.clientId !== 'notebook') ctx.body.interval = 1;
    if (client?.clientId === 'misled') ctx.body.expires_in = LONG;
  });
  for (const place of ['authorization', 'device_authorization', 'discovery', 'end_session', 'grant', 'jwks', 'revocation',
    'userinfo', 'code_verification', 'interaction']) {
    provider.on(`${place}.error`, (_ctx, error) => (
      say({ at: place, error: error.error, words: error.error_description, detail: error.error_detail })
    ));
  }
  provider.on('server_error', (_ctx, error) => say({ at: 'server', error: String(error.stack) }));
  provider.on('grant.success', (ctx) => say({ granted: ctx.oidc.params.grant_type, to: ctx.oidc.client.clientId }));
  provider.on('grant.revoked', () => say({ revoked: true }));
  provider.on('end_session.success', () => say({ ended: true }));
  return provider.callback();
}

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let answer = provide(issuer);
  server.on('request', (request, response) => answer(request, response));
  say({ issuer });
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line === 'other keys') answer = provide(issuer);
    say({ done: line });
  });
  lines.on('close', () => process.exit(0));
});
