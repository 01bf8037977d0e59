import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const sysctlsFixtures: CheckFixtures = {
  check: 'sysctls',
  pass: [
    {
      name: 'some that are safe, the newest among them',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, {
          sysctls: [
            { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
            { name: 'net.ipv4.tcp_notsent_lowat', value: '16384' },
            { name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' },
          ],
        });
      },
    },
    {
      name: 'none, said with null',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { sysctls: null });
      },
    },
  ],
  fail: [
    {
      name: 'two that are not safe beside one that is',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, {
          sysctls: [
            { name: 'kernel.msgmax', value: '65536' },
            { name: 'net.ipv4.tcp_syncookies', value: '1' },
            { name: 'net.core.somaxconn', value: '1024' },
          ],
        });
      },
      fields: ['spec.securityContext.sysctls[0].name', 'spec.securityContext.sysctls[2].name'],
      found: ['"kernel.msgmax"', '"net.core.somaxconn"'],
    },
    {
      name: 'a safe one in another spelling',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { sysctls: [{ name: 'net/ipv4/tcp_syncookies', value: '1' }] });
      },
      fields: ['spec.securityContext.sysctls[0].name'],
    },
  ],
};
