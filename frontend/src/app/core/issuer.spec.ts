import { isIssuerOf } from './issuer';

const ENTRA = 'https://login.microsoftonline.com';
const TENANT = '11111111-1111-4111-8111-111111111111';

describe('the issuer of an authority', () => {
  it('is its own address, of one tenant', () => {
    expect(isIssuerOf(`${ENTRA}/${TENANT}/v2.0`, `${ENTRA}/${TENANT}/v2.0`)).toBe(true);
    expect(isIssuerOf('https://id.example', 'https://id.example/')).toBe(true);
  });

  it('is the pattern of all tenants, where several may sign in', () => {
    expect(isIssuerOf(`${ENTRA}/organizations/v2.0`, `${ENTRA}/{tenantid}/v2.0`)).toBe(true);
    expect(isIssuerOf(`${ENTRA}/common/v2.0`, `${ENTRA}/{tenantid}/v2.0`)).toBe(true);
  });

  it('is nobody else', () => {
    for (const [authority, issuer] of [
      [`${ENTRA}/organizations/v2.0`, 'https://login.evil.example/{tenantid}/v2.0'],
      [`${ENTRA}/organizations/v2.0`, `${ENTRA}/${TENANT}/v2.0`],
      [`${ENTRA}/organizations/v2.0`, `${ENTRA}/{tenantid}/v2.0/more`],
      [`${ENTRA}/${TENANT}/v2.0`, `${ENTRA}/{tenantid}/v2.0`],
      [`${ENTRA}/${TENANT}/v2.0`, `${ENTRA}/22222222-2222-4222-8222-222222222222/v2.0`],
      ['http://localhost:7080/organizations/v2.0', 'https://evil.example:7/{tenantid}/v2.0'],
      [
        'http://localhost:7080/organizations/v2.0',
        'https://localhost.evil.example/{tenantid}/v2.0',
      ],
    ] as const) {
      expect(isIssuerOf(authority, issuer), issuer).toBe(false);
    }
  });

  it('has another port on this machine, where its pages are in plain http', () => {
    const authority = 'http://localhost:7080/organizations/v2.0';
    expect(isIssuerOf(authority, 'https://localhost:7081/{tenantid}/v2.0')).toBe(true);
  });
});
