import { expect, it } from '@jest/globals';
import { faultOf } from '../../../src/checker/transport/fault.js';

it.each(['EINVAL', 'EAFNOSUPPORT', 'ENOPROTOOPT', 'ENONET', 'ENETRESET'])(
  '%s where the kernel makes no connection is a failure to connect',
  (code) => {
    const error = { code, message: `connect ${code} 203.0.113.1:443` };
    expect(faultOf(error, 'connect').reason).toBe('connect_error');
    expect(faultOf(error, 'exchange').reason).toBe('internal_error');
  },
);
