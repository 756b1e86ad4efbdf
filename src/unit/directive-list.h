/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * directive-list - every directive that systemd 252 knows, one row each, sorted by name (strcmp).
 *
 * D(name, sections, status, parser, argument, flags, doc), see directive.h. The sections of types that pintle does
 * not do yet (Socket, Timer...) are listed so that verify can tell a misspelling from a directive that comes later.
 * Included by directive.c alone, and by nobody twice.
 */
D("Accept", IN_SOCKET, KNOWN, NONE, 0, 0, "one service a connection")
D("AccuracySec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("After", IN_UNIT, DONE, DEPS, UDB_AFTER, 0, "units that are up before this one starts")
D("Alias", IN_INSTALL, DONE, INSTALL, 0, LIST, "further names it gets when it is enabled")
D("AllowIsolate", IN_UNIT, DONE, BOOL_UNIT, UDB_UNIT_ALLOW_ISOLATE, 0,
  "may be isolated: everything else stops")
D("AllowedCPUs", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("AllowedMemoryNodes", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("Also", IN_INSTALL, DONE, INSTALL, 0, LIST, "units that are enabled with it")
D("AmbientCapabilities", IN_EXEC, KNOWN, NONE, 0, LIST, "privileges given to a service with User=")
D("AppArmorProfile", IN_EXEC, UNCONFINED, NONE, 0, 0, "its label for the security module")
D("AssertACPower", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if the machine is on mains; else fail")
D("AssertArchitecture", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine is of this architecture; else fail")
D("AssertCPUFeature", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the processor has this feature; else fail")
D("AssertCPUPressure", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if processor pressure is below; else fail")
D("AssertCPUs", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine has this many processors; else fail")
D("AssertCapability", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if PID 1 has this capability; else fail")
D("AssertControlGroupController", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the cgroup controller is there; else fail")
D("AssertCredential", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the credential was passed; else fail")
D("AssertDirectoryNotEmpty", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the directory holds something; else fail")
D("AssertEnvironment", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if PID 1 has this in its environment; else fail")
D("AssertFileIsExecutable", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the file is executable; else fail")
D("AssertFileNotEmpty", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the file holds something; else fail")
D("AssertFirstBoot", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if this is the first boot; else fail")
D("AssertGroup", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if PID 1 runs in this group; else fail")
D("AssertHost", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the host has this name or machine id; else fail")
D("AssertIOPressure", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if input and output pressure is below; else fail")
D("AssertKernelCommandLine", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the kernel command line has this word; else fail")
D("AssertKernelVersion", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the kernel is of this version; else fail")
D("AssertMemory", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine has this much memory; else fail")
D("AssertMemoryPressure", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if memory pressure is below; else fail")
D("AssertNeedsUpdate", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if /etc or /var is older than /usr; else fail")
D("AssertOSRelease", IN_UNIT, KNOWN, NONE, 0, LIST, "start only if os-release says so; else fail")
D("AssertPathExists", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if a path exists; else fail")
D("AssertPathExistsGlob", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if a path matches the pattern; else fail")
D("AssertPathIsDirectory", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is a directory; else fail")
D("AssertPathIsEncrypted", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the path is on an encrypted device; else fail")
D("AssertPathIsMountPoint", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is a mount point; else fail")
D("AssertPathIsReadWrite", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is on a writable file system; else fail")
D("AssertPathIsSymbolicLink", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is a symbolic link; else fail")
D("AssertSecurity", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if the security module is on; else fail")
D("AssertUser", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if PID 1 runs as this user; else fail")
D("AssertVirtualization", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine is virtual, a container, or of this kind; else fail")
D("BPFProgram", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("Backlog", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("Before", IN_UNIT, DONE, DEPS, UDB_BEFORE, 0, "units that start after this one is up and stop before it")
D("BindIPv6Only", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("BindPaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "its own view of the file system")
D("BindReadOnlyPaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "its own view of the file system")
D("BindTo", IN_UNIT, PARTLY, DEPS, UDB_REQUIRES, 0,
  "as Requires=; stopping with what dies by itself is not done yet")
D("BindToDevice", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("BindsTo", IN_UNIT, PARTLY, DEPS, UDB_REQUIRES, 0,
  "as Requires=; stopping with what dies by itself is not done yet")
D("BlockIOAccounting", IN_CGROUP, IGNORED, NONE, 0, 0, "count what the unit uses")
D("BlockIODeviceWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("BlockIOReadBandwidth", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("BlockIOWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("BlockIOWriteBandwidth", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("Broadcast", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("BusName", IN_SERVICE, KNOWN, NONE, 0, 0, "the D-Bus name that a service of type dbus takes")
D("CPUAccounting", IN_CGROUP, IGNORED, NONE, 0, 0, "count what the unit uses")
D("CPUAffinity", IN_EXEC, KNOWN, NONE, 0, 0, "processors and memory nodes it may use")
D("CPUQuota", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("CPUQuotaPeriodSec", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("CPUSchedulingPolicy", IN_EXEC, KNOWN, NONE, 0, 0, "scheduling policy")
D("CPUSchedulingPriority", IN_EXEC, KNOWN, NONE, 0, 0, "scheduling policy")
D("CPUSchedulingResetOnFork", IN_EXEC, KNOWN, NONE, 0, 0, "scheduling policy")
D("CPUShares", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("CPUWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("CacheDirectory", IN_EXEC, DONE, DIRECTORY, 0, LIST | EXEC,
  "directories made below /var/cache and given to User=")
D("CacheDirectoryMode", IN_EXEC, DONE, MODE, 0, 0, "mode of CacheDirectory=")
D("CapabilityBoundingSet", IN_EXEC, UNCONFINED, NONE, 0, 0, "privileges it can never have")
D("CollectMode", IN_UNIT, IGNORED, NONE, 0, 0, "when the unit is forgotten")
D("ConditionACPower", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if the machine is on mains; else skip")
D("ConditionArchitecture", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine is of this architecture; else skip")
D("ConditionCPUFeature", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the processor has this feature; else skip")
D("ConditionCPUPressure", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if processor pressure is below; else skip")
D("ConditionCPUs", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine has this many processors; else skip")
D("ConditionCapability", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if PID 1 has this capability; else skip")
D("ConditionControlGroupController", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the cgroup controller is there; else skip")
D("ConditionCredential", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the credential was passed; else skip")
D("ConditionDirectoryNotEmpty", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the directory holds something; else skip")
D("ConditionEnvironment", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if PID 1 has this in its environment; else skip")
D("ConditionFileIsExecutable", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the file is executable; else skip")
D("ConditionFileNotEmpty", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the file holds something; else skip")
D("ConditionFirmware", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the firmware is of this kind; else skip")
D("ConditionFirstBoot", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if this is the first boot; else skip")
D("ConditionGroup", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if PID 1 runs in this group; else skip")
D("ConditionHost", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the host has this name or machine id; else skip")
D("ConditionIOPressure", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if input and output pressure is below; else skip")
D("ConditionKernelCommandLine", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the kernel command line has this word; else skip")
D("ConditionKernelVersion", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the kernel is of this version; else skip")
D("ConditionMemory", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine has this much memory; else skip")
D("ConditionMemoryPressure", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if memory pressure is below; else skip")
D("ConditionNeedsUpdate", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if /etc or /var is older than /usr; else skip")
D("ConditionOSRelease", IN_UNIT, KNOWN, NONE, 0, LIST, "start only if os-release says so; else skip")
D("ConditionPathExists", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if a path exists; else skip")
D("ConditionPathExistsGlob", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if a path matches the pattern; else skip")
D("ConditionPathIsDirectory", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is a directory; else skip")
D("ConditionPathIsEncrypted", IN_UNIT, KNOWN, NONE, 0, LIST,
  "start only if the path is on an encrypted device; else skip")
D("ConditionPathIsMountPoint", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is a mount point; else skip")
D("ConditionPathIsReadWrite", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is on a writable file system; else skip")
D("ConditionPathIsSymbolicLink", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the path is a symbolic link; else skip")
D("ConditionSecurity", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the security module is on; else skip")
D("ConditionUser", IN_UNIT, DONE, CONDITION, 0, LIST, "start only if PID 1 runs as this user; else skip")
D("ConditionVirtualization", IN_UNIT, DONE, CONDITION, 0, LIST,
  "start only if the machine is virtual, a container, or of this kind; else skip")
D("ConfigurationDirectory", IN_EXEC, DONE, DIRECTORY, 0, LIST | EXEC,
  "directories made below /etc and given to User=")
D("ConfigurationDirectoryMode", IN_EXEC, DONE, MODE, 0, 0, "mode of ConfigurationDirectory=")
D("Conflicts", IN_UNIT, DONE, DEPS, UDB_CONFLICTS, 0,
  "units that are stopped when this one starts, and the reverse")
D("CoredumpFilter", IN_EXEC, KNOWN, NONE, 0, 0, "process attributes")
D("DefaultDependencies", IN_UNIT, DONE, BOOL_DEFAULTS, 0, 0,
  "the usual dependencies on sysinit, basic and shutdown")
D("DefaultInstance", IN_INSTALL, DONE, NONE, 0, 0, "the instance that is enabled when a template is")
D("DefaultMemoryLow", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("DefaultMemoryMin", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("DeferAcceptSec", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("Delegate", IN_CGROUP, DONE, NONE, 0, 0, "it manages its own part of the cgroup tree")
D("Description", IN_UNIT, DONE, DESCRIPTION, 0, 0, "what the unit is, for a person")
D("DeviceAllow", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("DevicePolicy", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("DirectoryMode", IN_SOCKET | IN_MOUNT | IN_AUTOMOUNT | IN_PATH, KNOWN, NONE, 0, 0,
  "mode of directories that are made")
D("DirectoryNotEmpty", IN_PATH, KNOWN, NONE, 0, 0, "what is watched")
D("DisableControllers", IN_CGROUP, KNOWN, NONE, 0, 0, "cgroup controllers that are kept off")
D("Documentation", IN_UNIT, DONE, NONE, 0, LIST, "where to read on: URIs")
D("DynamicUser", IN_EXEC, REFUSED, NONE, 0, 0, "a user made for the service")
D("Environment", IN_EXEC, DONE, ENVIRONMENT, 0, LIST, "variables: NAME=value, several in a line")
D("EnvironmentFile", IN_EXEC, DONE, ENVIRONMENT_FILE, 0, LIST | EXEC,
  "files of variables; - before a path: it may be missing")
D("ExecCondition", IN_SERVICE, DONE, COMMAND, UDB_EXEC_CONDITION, LIST,
  "first: exit 1 to 254 skips the start")
D("ExecPaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("ExecReload", IN_SERVICE, DONE, COMMAND, UDB_EXEC_RELOAD, LIST, "makes it read its configuration again")
D("ExecSearchPath", IN_EXEC, KNOWN, NONE, 0, 0, "where programs are looked for")
D("ExecStart", IN_SERVICE, DONE, COMMAND, UDB_EXEC_START, LIST, "the service itself")
D("ExecStartPost", IN_SERVICE | IN_SOCKET, DONE, COMMAND, UDB_EXEC_START_POST, LIST, "once it is up")
D("ExecStartPre", IN_SERVICE | IN_SOCKET, DONE, COMMAND, UDB_EXEC_START_PRE, LIST, "before ExecStart=")
D("ExecStop", IN_SERVICE, DONE, COMMAND, UDB_EXEC_STOP, LIST, "stops it")
D("ExecStopPost", IN_SERVICE | IN_SOCKET, DONE, COMMAND, UDB_EXEC_STOP_POST, LIST,
  "after it has stopped, however")
D("ExecStopPre", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("ExitType", IN_SERVICE, KNOWN, NONE, 0, 0, "whether the main process or the last one ends the service")
D("ExtensionDirectories", IN_EXEC, REFUSED, NONE, 0, 0, "images mounted over its file system")
D("ExtensionImages", IN_EXEC, REFUSED, NONE, 0, 0, "images mounted over its file system")
D("ExtraOptions", IN_AUTOMOUNT, KNOWN, NONE, 0, 0, "how it is mounted when used")
D("FailureAction", IN_UNIT | IN_SERVICE, KNOWN, NONE, 0, 0,
  "what the machine does when the unit fails, ends or starts too often")
D("FailureActionExitStatus", IN_UNIT, KNOWN, NONE, 0, 0,
  "what the machine does when the unit fails, ends or starts too often")
D("FileDescriptorName", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("FileDescriptorStoreMax", IN_SERVICE, KNOWN, NONE, 0, 0, "how many descriptors it may leave with PID 1")
D("FinalKillSignal", IN_KILL, DONE, SIGNAL, OF(final_kill_signal), 0,
  "the signal for what is left after TimeoutStopSec=")
D("FixedRandomDelay", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("FlushPending", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("ForceUnmount", IN_MOUNT, KNOWN, NONE, 0, 0, "how it is mounted")
D("FreeBind", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("Group", IN_EXEC, DONE, USER, 0, EXEC, "runs in this group")
D("GuessMainPID", IN_SERVICE, IGNORED, BOOL, 0, 0, "guess the main process of a forking service")
D("IOAccounting", IN_CGROUP, IGNORED, NONE, 0, 0, "count what the unit uses")
D("IODeviceLatencyTargetSec", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IODeviceWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IOReadBandwidthMax", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IOReadIOPSMax", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IOSchedulingClass", IN_EXEC, KNOWN, NONE, 0, 0, "priority of its input and output")
D("IOSchedulingPriority", IN_EXEC, KNOWN, NONE, 0, 0, "priority of its input and output")
D("IOWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IOWriteBandwidthMax", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IOWriteIOPSMax", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("IPAccounting", IN_CGROUP, IGNORED, NONE, 0, 0, "count what the unit uses")
D("IPAddressAllow", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("IPAddressDeny", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("IPCNamespacePath", IN_EXEC, REFUSED, NONE, 0, 0, "the namespace it is to run in")
D("IPEgressFilterPath", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("IPIngressFilterPath", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("IPTOS", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("IPTTL", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("IgnoreOnIsolate", IN_UNIT, DONE, BOOL_UNIT, UDB_UNIT_IGNORE_ON_ISOLATE, 0,
  "goes on when another unit is isolated")
D("IgnoreSIGPIPE", IN_EXEC, DONE, BOOL, 0, EXEC, "SIGPIPE is ignored (the default)")
D("InaccessibleDirectories", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("InaccessiblePaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("JobRunningTimeoutSec", IN_UNIT, KNOWN, USEC, 0, 0, "how long a wish for this unit may wait")
D("JobTimeoutAction", IN_UNIT, KNOWN, NONE, 0, 0, "what happens when JobTimeoutSec= has passed")
D("JobTimeoutRebootArgument", IN_UNIT, KNOWN, NONE, 0, 0, "what happens when JobTimeoutSec= has passed")
D("JobTimeoutSec", IN_UNIT, PARTLY, JOB_TIMEOUT, 0, 0,
  "how long going down may take in all, in poweroff.target and its like; other units do not look at it")
D("JoinsNamespaceOf", IN_UNIT, REFUSED, NONE, 0, LIST, "units whose network and /tmp are shared")
D("KeepAlive", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("KeepAliveIntervalSec", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("KeepAliveProbes", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("KeepAliveTimeSec", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("KeyringMode", IN_EXEC, KNOWN, NONE, 0, 0, "the kernel keyring of the service")
D("KillMode", IN_KILL, DONE, KILL_MODE, 0, 0, "what is killed in a stop: control-group mixed process none")
D("KillSignal", IN_KILL, DONE, SIGNAL, OF(kill_signal), 0, "the signal that asks it to stop")
D("LazyUnmount", IN_MOUNT, KNOWN, NONE, 0, 0, "how it is mounted")
D("LimitAS", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: address space")
D("LimitCORE", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: size of core files")
D("LimitCPU", IN_EXEC, DONE, LIMIT, LIMIT_TIME, EXEC, "resource limit: processor seconds")
D("LimitDATA", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: data segment")
D("LimitFSIZE", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: size of files")
D("LimitLOCKS", IN_EXEC, DONE, LIMIT, LIMIT_COUNT, EXEC, "resource limit: file locks")
D("LimitMEMLOCK", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: locked memory")
D("LimitMSGQUEUE", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: bytes in message queues")
D("LimitNICE", IN_EXEC, DONE, LIMIT, LIMIT_NICE, EXEC, "resource limit: ceiling of the nice level")
D("LimitNOFILE", IN_EXEC, DONE, LIMIT, LIMIT_COUNT, EXEC, "resource limit: open files")
D("LimitNPROC", IN_EXEC, DONE, LIMIT, LIMIT_COUNT, EXEC, "resource limit: processes of the user")
D("LimitRSS", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: resident memory")
D("LimitRTPRIO", IN_EXEC, DONE, LIMIT, LIMIT_COUNT, EXEC, "resource limit: real-time priority")
D("LimitRTTIME", IN_EXEC, DONE, LIMIT, LIMIT_TIME, EXEC, "resource limit: real-time microseconds")
D("LimitSIGPENDING", IN_EXEC, DONE, LIMIT, LIMIT_COUNT, EXEC, "resource limit: queued signals")
D("LimitSTACK", IN_EXEC, DONE, LIMIT, LIMIT_BYTES, EXEC, "resource limit: stack")
D("ListenDatagram", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenFIFO", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenMessageQueue", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenNetlink", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenSequentialPacket", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenSpecial", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenStream", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("ListenUSBFunction", IN_SOCKET, KNOWN, NONE, 0, 0, "where it listens")
D("LoadCredential", IN_EXEC, KNOWN, NONE, 0, LIST, "secrets that are passed to it")
D("LoadCredentialEncrypted", IN_EXEC, REFUSED, NONE, 0, 0, "secrets that are decrypted for it")
D("LockPersonality", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("LogExtraFields", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("LogLevelMax", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("LogNamespace", IN_EXEC, KNOWN, NONE, 0, 0, "a log of its own")
D("LogRateLimitBurst", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("LogRateLimitIntervalSec", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("LogsDirectory", IN_EXEC, DONE, DIRECTORY, 0, LIST | EXEC,
  "directories made below /var/log and given to User=")
D("LogsDirectoryMode", IN_EXEC, DONE, MODE, 0, 0, "mode of LogsDirectory=")
D("MakeDirectory", IN_PATH, KNOWN, NONE, 0, 0, "make the directory that is watched")
D("ManagedOOMMemoryPressure", IN_CGROUP, KNOWN, NONE, 0, 0, "what systemd-oomd does about it")
D("ManagedOOMMemoryPressureLimit", IN_CGROUP, KNOWN, NONE, 0, 0, "what systemd-oomd does about it")
D("ManagedOOMPreference", IN_CGROUP, KNOWN, NONE, 0, 0, "what systemd-oomd does about it")
D("ManagedOOMSwap", IN_CGROUP, KNOWN, NONE, 0, 0, "what systemd-oomd does about it")
D("Mark", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("MaxConnections", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("MaxConnectionsPerSource", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("MemoryAccounting", IN_CGROUP, IGNORED, NONE, 0, 0, "count what the unit uses")
D("MemoryDenyWriteExecute", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("MemoryHigh", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("MemoryLimit", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("MemoryLow", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("MemoryMax", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("MemoryMin", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("MemorySwapMax", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the memory")
D("MessageQueueMaxMessages", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("MessageQueueMessageSize", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("MountAPIVFS", IN_EXEC, IGNORED, NONE, 0, 0, "mount /proc, /sys and /dev in RootDirectory=")
D("MountFlags", IN_EXEC, UNCONFINED, NONE, 0, 0, "its own view of the file system")
D("MountImages", IN_EXEC, REFUSED, NONE, 0, 0, "images mounted over its file system")
D("NUMAMask", IN_EXEC, KNOWN, NONE, 0, 0, "processors and memory nodes it may use")
D("NUMAPolicy", IN_EXEC, KNOWN, NONE, 0, 0, "processors and memory nodes it may use")
D("NetworkNamespacePath", IN_EXEC, REFUSED, NONE, 0, 0, "the namespace it is to run in")
D("Nice", IN_EXEC, DONE, NICE, 0, EXEC, "scheduling priority, -20 to 19")
D("NoDelay", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("NoExecPaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("NoNewPrivileges", IN_EXEC, DONE, BOOL, 0, EXEC, "it never gets more privileges than it has")
D("NonBlocking", IN_SERVICE, IGNORED, BOOL, 0, 0, "passed descriptors do not block")
D("NotifyAccess", IN_SERVICE, DONE, NOTIFY_ACCESS, 0, 0, "whose messages are taken: none main exec all")
D("OOMPolicy", IN_SERVICE | IN_SCOPE, KNOWN, NONE, 0, 0,
  "what happens when the kernel kills one of its processes for memory")
D("OOMScoreAdjust", IN_EXEC, DONE, OOM_SCORE, 0, EXEC,
  "how eagerly the kernel kills it for memory, -1000 to 1000")
D("OnActiveSec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnBootSec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnCalendar", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnClockChange", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnFailure", IN_UNIT, DONE, DEPS, UDB_ON_FAILURE, 0, "units that are started when this one fails")
D("OnFailureIsolate", IN_UNIT, KNOWN, NONE, 0, 0, "how OnSuccess= and OnFailure= units are started")
D("OnFailureJobMode", IN_UNIT, KNOWN, NONE, 0, 0, "how OnSuccess= and OnFailure= units are started")
D("OnStartupSec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnSuccess", IN_UNIT, KNOWN, NONE, 0, LIST, "units that are started when this one ends well")
D("OnSuccessJobMode", IN_UNIT, KNOWN, NONE, 0, 0, "how OnSuccess= and OnFailure= units are started")
D("OnTimezoneChange", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnUnitActiveSec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("OnUnitInactiveSec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("Options", IN_MOUNT | IN_SWAP, KNOWN, NONE, 0, 0, "mount options")
D("PAMName", IN_EXEC, REFUSED, NONE, 0, 0, "the PAM service that admits the user")
D("PIDFile", IN_SERVICE, KNOWN, NONE, 0, 0, "where a forking service writes its main process")
D("PartOf", IN_UNIT, KNOWN, NONE, 0, LIST, "units whose stop or restart stops or restarts this one")
D("PassCredentials", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("PassEnvironment", IN_EXEC, DONE, NONE, 0, LIST | EXEC,
  "variables passed on from PID 1's own environment")
D("PassPacketInfo", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("PassSecurity", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("PathChanged", IN_PATH, KNOWN, NONE, 0, 0, "what is watched")
D("PathExists", IN_PATH, KNOWN, NONE, 0, 0, "what is watched")
D("PathExistsGlob", IN_PATH, KNOWN, NONE, 0, 0, "what is watched")
D("PathModified", IN_PATH, KNOWN, NONE, 0, 0, "what is watched")
D("PermissionsStartOnly", IN_SERVICE, KNOWN, BOOL, 0, 0, "User= is for ExecStart= alone")
D("Persistent", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("Personality", IN_EXEC, KNOWN, NONE, 0, 0, "process attributes")
D("PipeSize", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("Priority", IN_SOCKET | IN_SWAP, KNOWN, NONE, 0, 0, "priority")
D("PrivateDevices", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "a /tmp, /dev, network, user space, mount table or IPC of its own")
D("PrivateIPC", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "a /tmp, /dev, network, user space, mount table or IPC of its own")
D("PrivateMounts", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "a /tmp, /dev, network, user space, mount table or IPC of its own")
D("PrivateNetwork", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "a /tmp, /dev, network, user space, mount table or IPC of its own")
D("PrivateTmp", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "a /tmp, /dev, network, user space, mount table or IPC of its own")
D("PrivateUsers", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "a /tmp, /dev, network, user space, mount table or IPC of its own")
D("ProcSubset", IN_EXEC, UNCONFINED, NONE, 0, 0, "keeps it from changing or seeing parts of the system")
D("PropagateReloadFrom", IN_UNIT, KNOWN, NONE, 0, LIST, "units whose reload reloads this one")
D("PropagateReloadTo", IN_UNIT, KNOWN, NONE, 0, LIST, "units that are reloaded with this one")
D("PropagatesReloadTo", IN_UNIT, KNOWN, NONE, 0, LIST, "units that are reloaded with this one")
D("PropagatesStopTo", IN_UNIT, KNOWN, NONE, 0, LIST, "units that are stopped with this one")
D("ProtectClock", IN_EXEC, UNCONFINED, NONE, 0, 0, "keeps it from changing or seeing parts of the system")
D("ProtectControlGroups", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "keeps it from changing or seeing parts of the system")
D("ProtectHome", IN_EXEC, UNCONFINED, NONE, 0, 0, "makes parts of the file system read-only or invisible")
D("ProtectHostname", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "keeps it from changing or seeing parts of the system")
D("ProtectKernelLogs", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "keeps it from changing or seeing parts of the system")
D("ProtectKernelModules", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "keeps it from changing or seeing parts of the system")
D("ProtectKernelTunables", IN_EXEC, UNCONFINED, NONE, 0, 0,
  "keeps it from changing or seeing parts of the system")
D("ProtectProc", IN_EXEC, UNCONFINED, NONE, 0, 0, "keeps it from changing or seeing parts of the system")
D("ProtectSystem", IN_EXEC, UNCONFINED, NONE, 0, 0, "makes parts of the file system read-only or invisible")
D("RandomizedDelaySec", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("ReadOnlyDirectories", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("ReadOnlyPaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("ReadWriteDirectories", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("ReadWriteOnly", IN_MOUNT, KNOWN, NONE, 0, 0, "how it is mounted")
D("ReadWritePaths", IN_EXEC, UNCONFINED, NONE, 0, 0, "paths it may use, and how")
D("RebootArgument", IN_UNIT | IN_SERVICE, KNOWN, NONE, 0, 0,
  "what the machine does when the unit fails, ends or starts too often")
D("ReceiveBuffer", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("RefuseManualStart", IN_UNIT, DONE, BOOL_UNIT, UDB_UNIT_REFUSE_START, 0,
  "can only be started as a dependency")
D("RefuseManualStop", IN_UNIT, DONE, BOOL_UNIT, UDB_UNIT_REFUSE_STOP, 0, "cannot be stopped by hand")
D("ReloadPropagatedFrom", IN_UNIT, KNOWN, NONE, 0, LIST, "units whose reload reloads this one")
D("RemainAfterElapse", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("RemainAfterExit", IN_SERVICE, DONE, BOOL_SVC, UDB_SVC_REMAIN_AFTER_EXIT, 0,
  "stays active when its processes have ended")
D("RemoveIPC", IN_EXEC, KNOWN, BOOL, 0, 0, "IPC objects go with the service")
D("RemoveOnStop", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("RequiredBy", IN_INSTALL, DONE, INSTALL, 0, LIST, "units that are to require this one once it is enabled")
D("Requires", IN_UNIT, DONE, DEPS, UDB_REQUIRES, 0,
  "units that are started with this one and without which it fails")
D("RequiresMountsFor", IN_UNIT, DONE, MOUNTS_FOR, 0, LIST,
  "paths that must be mounted: orders after local-fs.target")
D("RequiresOverridable", IN_UNIT, DONE, DEPS, UDB_REQUIRES, 0, "old name of Requires=")
D("Requisite", IN_UNIT, KNOWN, NONE, 0, LIST, "units that must be active already")
D("RequisiteOverridable", IN_UNIT, KNOWN, NONE, 0, LIST, "units that must be active already")
D("Restart", IN_SERVICE, DONE, RESTART, 0, 0, "when it is started again by itself")
D("RestartForceExitStatus", IN_SERVICE, DONE, STATUS_SET, OF(restart_force), LIST,
  "exits that are always followed by a restart")
D("RestartKillSignal", IN_KILL, DONE, SIGNAL, OF(restart_kill_signal), 0,
  "the signal that asks it to stop for a restart")
D("RestartPreventExitStatus", IN_SERVICE, DONE, STATUS_SET, OF(restart_prevent), LIST,
  "exits that are not followed by a restart")
D("RestartSec", IN_SERVICE, DONE, USEC, OF(restart_usec), 0, "how long to wait before that")
D("RestrictAddressFamilies", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("RestrictFileSystems", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("RestrictNamespaces", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("RestrictNetworkInterfaces", IN_CGROUP, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("RestrictRealtime", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("RestrictSUIDSGID", IN_EXEC, UNCONFINED, NONE, 0, 0, "what it may ask of the kernel")
D("ReusePort", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("RootDirectory", IN_EXEC, REFUSED, NONE, 0, 0, "another root directory")
D("RootDirectoryStartOnly", IN_SERVICE, IGNORED, BOOL, 0, 0, "RootDirectory= is for ExecStart= alone")
D("RootHash", IN_EXEC, REFUSED, NONE, 0, 0, "another root directory")
D("RootHashSignature", IN_EXEC, REFUSED, NONE, 0, 0, "another root directory")
D("RootImage", IN_EXEC, REFUSED, NONE, 0, 0, "another root directory")
D("RootImageOptions", IN_EXEC, REFUSED, NONE, 0, 0, "another root directory")
D("RootVerity", IN_EXEC, REFUSED, NONE, 0, 0, "another root directory")
D("RuntimeDirectory", IN_EXEC, DONE, DIRECTORY, UDB_SVC_RUNTIME_DIR, LIST | EXEC,
  "directories made below /run and given to User=")
D("RuntimeDirectoryMode", IN_EXEC, DONE, MODE, 0, 0, "mode of RuntimeDirectory=")
D("RuntimeDirectoryPreserve", IN_EXEC, DONE, PRESERVE, 0, 0,
  "keep RuntimeDirectory= after the stop: no yes restart")
D("RuntimeMaxSec", IN_SERVICE | IN_SCOPE, KNOWN, USEC, 0, 0, "how long it may run at all")
D("RuntimeRandomizedExtraSec", IN_SERVICE | IN_SCOPE, KNOWN, USEC, 0, 0, "how long it may run at all")
D("SELinuxContext", IN_EXEC, UNCONFINED, NONE, 0, 0, "its label for the security module")
D("SELinuxContextFromNet", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SecureBits", IN_EXEC, UNCONFINED, NONE, 0, 0, "privileges it can never have")
D("SendBuffer", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SendSIGHUP", IN_KILL, DONE, BOOL_SVC, UDB_SVC_SEND_SIGHUP, 0, "send SIGHUP after KillSignal=")
D("SendSIGKILL", IN_KILL, DONE, BOOL_SVC, UDB_SVC_SEND_SIGKILL, 0,
  "kill what is left after TimeoutStopSec=")
D("Service", IN_SOCKET, KNOWN, NONE, 0, 0, "the service that gets the socket")
D("SetCredential", IN_EXEC, KNOWN, NONE, 0, LIST, "secrets that are passed to it")
D("SetCredentialEncrypted", IN_EXEC, REFUSED, NONE, 0, 0, "secrets that are decrypted for it")
D("Slice", IN_CGROUP, KNOWN, NONE, 0, 0, "the slice whose resources it shares")
D("SloppyOptions", IN_MOUNT, KNOWN, NONE, 0, 0, "how it is mounted")
D("SmackLabel", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SmackLabelIPIn", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SmackLabelIPOut", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SmackProcessLabel", IN_EXEC, UNCONFINED, NONE, 0, 0, "its label for the security module")
D("SocketBindAllow", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("SocketBindDeny", IN_CGROUP, UNCONFINED, NONE, 0, 0, "devices and addresses it may use")
D("SocketGroup", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SocketMode", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SocketProtocol", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SocketUser", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("Sockets", IN_SERVICE, KNOWN, NONE, 0, LIST, "socket units whose descriptors it gets")
D("SourcePath", IN_UNIT, DONE, NONE, 0, 0, "the file that this unit was made from")
D("StandardError", IN_EXEC, DONE, OUTPUT, 0, EXEC,
  "inherit null tty journal kmsg journal+console kmsg+console file: append: truncate:")
D("StandardInput", IN_EXEC, DONE, INPUT, 0, EXEC, "null tty tty-force tty-fail data file:")
D("StandardInputData", IN_EXEC, KNOWN, NONE, 0, LIST, "text given as standard input")
D("StandardInputText", IN_EXEC, KNOWN, NONE, 0, LIST, "text given as standard input")
D("StandardOutput", IN_EXEC, DONE, OUTPUT, 0, EXEC,
  "inherit null tty journal kmsg journal+console kmsg+console file: append: truncate:")
D("StartLimitAction", IN_UNIT | IN_SERVICE, KNOWN, NONE, 0, 0,
  "what the machine does when the unit fails, ends or starts too often")
D("StartLimitBurst", IN_UNIT | IN_SERVICE, DONE, U32, OF(limit_burst), 0,
  "how many starts are allowed in StartLimitIntervalSec=")
D("StartLimitInterval", IN_UNIT | IN_SERVICE, DONE, USEC, OF(limit_interval_usec), 0,
  "in how long StartLimitBurst= starts are allowed")
D("StartLimitIntervalSec", IN_UNIT, DONE, USEC, OF(limit_interval_usec), 0,
  "in how long StartLimitBurst= starts are allowed")
D("StartupAllowedCPUs", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("StartupAllowedMemoryNodes", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("StartupBlockIOWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("StartupCPUShares", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("StartupCPUWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of the processors")
D("StartupIOWeight", IN_CGROUP, KNOWN, NONE, 0, 0, "its share of input and output")
D("StateDirectory", IN_EXEC, DONE, DIRECTORY, 0, LIST | EXEC,
  "directories made below /var/lib and given to User=")
D("StateDirectoryMode", IN_EXEC, DONE, MODE, 0, 0, "mode of StateDirectory=")
D("StopPropagatedFrom", IN_UNIT, KNOWN, NONE, 0, LIST, "units whose stop stops this one")
D("StopWhenUnneeded", IN_UNIT, KNOWN, BOOL, 0, 0, "stop when nothing needs it any more")
D("SuccessAction", IN_UNIT, KNOWN, NONE, 0, 0,
  "what the machine does when the unit fails, ends or starts too often")
D("SuccessActionExitStatus", IN_UNIT, KNOWN, NONE, 0, 0,
  "what the machine does when the unit fails, ends or starts too often")
D("SuccessExitStatus", IN_SERVICE, DONE, STATUS_SET, OF(success), LIST,
  "exits that count as success beside 0")
D("SupplementaryGroups", IN_EXEC, DONE, NONE, 0, LIST | EXEC, "further groups")
D("Symlinks", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("SyslogFacility", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("SyslogIdentifier", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("SyslogLevel", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("SyslogLevelPrefix", IN_EXEC, KNOWN, NONE, 0, 0, "how its output is marked in the log")
D("SystemCallArchitectures", IN_EXEC, UNCONFINED, NONE, 0, 0, "the system calls it may use")
D("SystemCallErrorNumber", IN_EXEC, UNCONFINED, NONE, 0, 0, "the system calls it may use")
D("SystemCallFilter", IN_EXEC, UNCONFINED, NONE, 0, 0, "the system calls it may use")
D("SystemCallLog", IN_EXEC, UNCONFINED, NONE, 0, 0, "the system calls it may use")
D("TCPCongestion", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("TTYColumns", IN_EXEC, IGNORED, NONE, 0, 0, "size of the terminal")
D("TTYPath", IN_EXEC, DONE, PATH, 0, EXEC, "the terminal; /dev/console if not given")
D("TTYReset", IN_EXEC, DONE, BOOL, 0, EXEC, "how the terminal is cleaned before and after")
D("TTYRows", IN_EXEC, IGNORED, NONE, 0, 0, "size of the terminal")
D("TTYVHangup", IN_EXEC, DONE, BOOL, 0, EXEC, "how the terminal is cleaned before and after")
D("TTYVTDisallocate", IN_EXEC, DONE, BOOL, 0, EXEC, "how the terminal is cleaned before and after")
D("TasksAccounting", IN_CGROUP, IGNORED, NONE, 0, 0, "count what the unit uses")
D("TasksMax", IN_CGROUP, IGNORED, NONE, 0, 0, "limit of processes and threads")
D("TemporaryFileSystem", IN_EXEC, UNCONFINED, NONE, 0, 0, "its own view of the file system")
D("TimeoutAbortSec", IN_SERVICE, KNOWN, USEC, 0, 0, "how long it may take after a watchdog abort")
D("TimeoutCleanSec", IN_EXEC, KNOWN, USEC, 0, 0, "how long cleaning may take")
D("TimeoutIdleSec", IN_AUTOMOUNT, KNOWN, NONE, 0, 0, "how it is mounted when used")
D("TimeoutSec", IN_EXEC, DONE, TIMEOUT_BOTH, 0, 0, "TimeoutStartSec= and TimeoutStopSec=")
D("TimeoutStartFailureMode", IN_SERVICE, KNOWN, NONE, 0, 0, "what a timeout leads to")
D("TimeoutStartSec", IN_SERVICE, DONE, TIMEOUT_START, 0, 0, "how long a start may take")
D("TimeoutStopFailureMode", IN_SERVICE, KNOWN, NONE, 0, 0, "what a timeout leads to")
D("TimeoutStopSec", IN_SERVICE | IN_SCOPE, DONE, TIMEOUT_STOP, 0, 0,
  "how long each step of a stop may take")
D("TimerSlackNSec", IN_EXEC, KNOWN, NONE, 0, 0, "process attributes")
D("Timestamping", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("Transparent", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
D("TriggerLimitBurst", IN_SOCKET | IN_PATH, KNOWN, NONE, 0, 0, "how the socket is made")
D("TriggerLimitIntervalSec", IN_SOCKET | IN_PATH, KNOWN, NONE, 0, 0, "how the socket is made")
D("Type", IN_SERVICE | IN_MOUNT, DONE, TYPE, 0, 0,
  "when it counts as started: simple exec oneshot notify idle")
D("UMask", IN_EXEC, DONE, MODE, 0, EXEC, "the file mode creation mask")
D("USBFunctionDescriptors", IN_SERVICE, KNOWN, NONE, 0, 0, "USB gadget functions")
D("USBFunctionStrings", IN_SERVICE, KNOWN, NONE, 0, 0, "USB gadget functions")
D("Unit", IN_TIMER | IN_PATH, KNOWN, NONE, 0, 0, "the unit that is started")
D("UnsetEnvironment", IN_EXEC, DONE, NONE, 0, LIST | EXEC, "variables that are taken away")
D("Upholds", IN_UNIT, PARTLY, DEPS, UDB_WANTS, 0, "as Wants=; starting again what stops is not done yet")
D("User", IN_EXEC, DONE, USER, 0, EXEC, "runs as this user")
D("UtmpIdentifier", IN_EXEC, IGNORED, NONE, 0, 0, "the record in utmp")
D("UtmpMode", IN_EXEC, IGNORED, NONE, 0, 0, "the record in utmp")
D("WakeSystem", IN_TIMER, KNOWN, NONE, 0, 0, "when the timer fires")
D("WantedBy", IN_INSTALL, DONE, INSTALL, 0, LIST, "units that are to want this one once it is enabled")
D("Wants", IN_UNIT, DONE, DEPS, UDB_WANTS, 0, "units that are started with this one")
D("WatchdogSec", IN_SERVICE, DONE, WATCHDOG, 0, 0, "how often it must say WATCHDOG=1")
D("WatchdogSignal", IN_KILL, KNOWN, SIGNAL, 0, 0, "the signal of a missed watchdog")
D("What", IN_MOUNT | IN_SWAP, KNOWN, NONE, 0, 0, "what is mounted or swapped on")
D("Where", IN_MOUNT | IN_AUTOMOUNT, KNOWN, NONE, 0, 0, "where it is mounted")
D("WorkingDirectory", IN_EXEC, DONE, WORKING_DIRECTORY, 0, EXEC,
  "the current directory; ~ is the home of User=; - before it: may be missing")
D("Writable", IN_SOCKET, KNOWN, NONE, 0, 0, "how the socket is made")
