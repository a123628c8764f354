// Interfaces of the kernel over which a host sends IPMI requests: attention and abort (linux/ipmi_bmc.h, bt-bmc.h).
#include "addon.h"

#include <errno.h>
#include <sys/ioctl.h>

// The same magic number and commands for KCS and BT: 0 sets attention, 1 clears it, 2 aborts what is in progress.
#define HOST_IPMI_MAGIC 0xb1

// hostIpmiControl(fd, command) -> 0 or a negative errno.
static napi_value control(napi_env env, napi_callback_info info) {
  napi_value args[MAX_ARGUMENTS];
  if (!arguments(env, info, 2, args)) return NULL;
  unsigned long request = _IO(HOST_IPMI_MAGIC, (int)number_of(env, args[1]));
  return number(env, ioctl((int)number_of(env, args[0]), request) < 0 ? -errno : 0);
}

void host_ipmi_init(napi_env env, napi_value exports) { add(env, exports, "hostIpmiControl", control); }
