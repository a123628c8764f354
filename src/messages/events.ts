/** The registries of events of sensors, devices, logs and updates. */
import { ranges, thresholds } from './thresholds.ts';
import { nothingToDo, type Wordings } from './wording.ts';

const ifUnexpected =
  'If you did not expect this, find out who did it: the audit log names the user and the address.';
const checkSensor = 'Check the sensor and its bus. The log of the manager says what was wrong.';
const checkDevice = 'Check the device and its connection, and replace it if it does not recover.';
const checkMemory = 'Look at the memory device, and plan to replace it if errors go on.';
const checkLink = 'Check that the device is seated well, and replace it if the link does not recover.';
const checkImage = 'Check that the image is meant for this target and is complete, then update again.';
const reading = "The sensor '%1' reading of %2 %3";
const { ReadingWarning, ReadingCritical, ReadingNoLongerCritical, ReadingNormal } = ranges(
  'Reading',
  reading,
);

export const accountSecurity: Wordings<'AccountSecurity'> = {
  AccountCreated: ["The account '%1' was created.", ifUnexpected],
  AccountDisabled: ["The account '%1' was disabled.", ifUnexpected],
  AccountEnabled: ["The account '%1' was enabled.", ifUnexpected],
  AccountLocked: [
    "The account '%1' was locked after too many failed logins.",
    'Find out who tried to log in. An administrator can unlock the account.',
  ],
  AccountLockoutExpired: ["The lock of the account '%1' has expired.", nothingToDo],
  AccountRemoved: ["The account '%1' was deleted.", ifUnexpected],
  AccountUnlocked: ["The account '%1' was unlocked.", ifUnexpected],
  InsufficientPrivilege: [
    'A user at %1 tried something over %2 with the privileges %3, but it needs %4.',
    'If the user is to be able to do this, assign a role that allows it.',
  ],
  InvalidCredentials: ['A login over %2 from %1 failed: user name or password are wrong.', ifUnexpected],
  ManagerAccountRoleChanged: ["The role of the account '%1' was changed from '%2' to '%3'.", ifUnexpected],
  PasswordModified: ["The password of the account '%1' was changed.", ifUnexpected],
  RolePrivilegeAdded: ["The privilege '%1' was added to the role '%2'.", ifUnexpected],
  RolePrivilegeRemoved: ["The privilege '%1' was taken from the role '%2'.", ifUnexpected],
  SuccessfulLogin: ["'%1' logged in over %3 from %2.", ifUnexpected],
  UserCertificateAdded: ["A certificate was added to the account '%1'.", ifUnexpected],
  UserCertificateRemoved: ["A certificate was removed from the account '%1'.", ifUnexpected],
  UserCertificateReplaced: ["A certificate of the account '%1' was replaced.", ifUnexpected],
  UserKeyAdded: ["A key was added to the account '%1'.", ifUnexpected],
  UserKeyRemoved: ["A key was removed from the account '%1'.", ifUnexpected],
};

export const heartbeatEvent: Wordings<'HeartbeatEvent'> = {
  RedfishServiceFunctional: ['The Redfish service is running.', nothingToDo],
  RedfishServiceShuttingDown: ['The Redfish service is shutting down.', nothingToDo],
  RedfishServiceStarted: ['The Redfish service has started.', nothingToDo],
};

export const logService: Wordings<'LogService'> = {
  DiagnosticDataCollected: ["Diagnostic data of the type '%1' was collected.", 'Read it from the log entry.'],
  LogCleared: ["The log '%1' was cleared.", ifUnexpected],
};

export const managerEvent: Wordings<'ManagerEvent'> = {
  ManagerReset: ["The manager '%1' was reset (%2).", nothingToDo],
  ManagerResetWatchdogTimer: [
    "The manager '%1' was reset (%2) by its watchdog because it no longer ran.",
    'Read the log of the manager for what came before.',
  ],
  ManagerSwitchedToBackupSoftwareImage: [
    "The manager '%1' now runs its backup software image.",
    'Update the damaged image.',
  ],
};

export const platform: Wordings<'Platform'> = {
  DeviceAssemblyDataInaccessible: [
    "The inventory data of the device '%1' cannot be read.",
    'Check the bus and the EEPROM of the device.',
  ],
  DeviceAssemblyDataMalformed: [
    "The inventory data of the device '%1' is damaged or has an unknown format.",
    'Have the inventory EEPROM of the device written again.',
  ],
  DeviceBootTimeout: ["The device '%1' did not boot in time.", checkDevice],
  DeviceDisabled: ["The device '%1' was disabled.", nothingToDo],
  DeviceInRecovery: [
    "The device '%1' is in recovery: %2",
    'Give the device the image that it needs to recover.',
  ],
  DeviceManagementInterfaceError: [
    "The management interface of the device '%1' reports an error: %2",
    checkDevice,
  ],
  DeviceManagementInterfaceUnresponsive: [
    "The management interface of the device '%1' does not answer.",
    checkDevice,
  ],
  DeviceMissing: ["The device '%1' is missing.", 'Check that the device is there and connected.'],
  DeviceSecureBootFailure: [
    "The device '%1' refused to boot: its image does not verify.",
    'Install an image with a valid signature.',
  ],
  DeviceWatchdogTimeout: ["The watchdog of the device '%1' has run out.", checkDevice],
  MemoryContainedError: ["The memory '%1' had an error that could be contained.", checkMemory],
  MemoryRowRemappingError: ["The memory '%1' could not replace a faulty row.", checkMemory],
  MemoryRowRemappingPending: [
    "The memory '%1' will replace a faulty row at the next reset.",
    'Reset the device when it suits.',
  ],
  MemoryUncorrectableError: ["The memory '%1' had an error that could not be corrected.", checkMemory],
  NVRAMClearAsserted: [
    'The signal that clears the settings of the host is set.',
    'Remove the jumper or the switch position that sets it.',
  ],
  OperatingSystemCrash: [
    'The operating system of the host has crashed.',
    'Collect its dump and restart the host.',
  ],
  PCIeIncorrectLinkSpeed: ["The PCIe link of '%1' runs at a lower speed than it should.", checkLink],
  PCIeIncorrectLinkWidth: ["The PCIe link of '%1' has fewer lanes than it should.", checkLink],
  PCIeLinkDown: ["The PCIe link of '%1' is down.", checkLink],
  PCIeLinkRestored: ["The PCIe link of '%1' is up again.", nothingToDo],
  PCIeLinkSpeedChange: ["The PCIe link of '%1' now runs at %2 Gbit/s.", nothingToDo],
  PCIeLinkTrainingError: ["The PCIe link of '%1' could not be trained.", checkLink],
  PCIeLinkWidthChange: ["The PCIe link of '%1' now has %2 lanes.", nothingToDo],
  PCIeUncorrectableError: ["The PCIe device '%1' had an error that could not be corrected.", checkLink],
  PlatformError: ['The platform reports an error.', 'Read the logs for what came before.'],
  PlatformErrorAtLocation: ["The platform reports an error at '%1'.", 'Check what is at that place.'],
  PlatformReset: ['The platform was reset (%1).', nothingToDo],
  PlatformResetWatchdogTimer: [
    'The watchdog has reset the platform (%1) because the host no longer ran.',
    'Read the logs for what came before.',
  ],
  PowerBrake: ["'%1' has been braked to limit its power.", 'Check the power supplies and the power limit.'],
  SecurityBypassAsserted: [
    'The signal that bypasses security is set.',
    'Remove the jumper or the switch position that sets it.',
  ],
  UnhandledExceptionDetectedAfterReset: [
    'After a reset, an exception was found that nothing had handled before it.',
    'Read the logs for what came before.',
  ],
  VoltageRegulatorFault: [
    "The voltage regulator '%1' reports a fault.",
    'Power the host off, and have the board checked if the fault returns.',
  ],
};

export const resourceEvent: Wordings<'ResourceEvent'> = {
  AggregationSourceDiscovered: ["A source for aggregation was found over %1 at '%2'.", nothingToDo],
  LicenseAdded: ["A license was added to '%1': %2", nothingToDo],
  LicenseChanged: ["A license of '%1' has changed: %2", 'Look at the license.'],
  LicenseExpired: ["A license of '%1' has expired: %2", 'Renew the license.'],
  PropertyValueModifiedByClient: ["A client set the property '%1' to '%2'.", nothingToDo],
  ResourceChanged: ['The resource has changed.', nothingToDo],
  ResourceCreated: ['The resource was created.', nothingToDo],
  ResourceErrorsCorrected: ["Errors of the type '%2' in '%1' were corrected.", nothingToDo],
  ResourceErrorsDetected: [
    "Errors of the type '%2' were found in '%1'.",
    'Look at the resource and its log.',
  ],
  ResourceErrorThresholdCleared: ["'%1' is within its error threshold of %2 again.", nothingToDo],
  ResourceErrorThresholdExceeded: [
    "'%1' is beyond its error threshold of %2.",
    'Look for the cause and correct it.',
  ],
  ResourcePaused: ["'%1' was paused.", nothingToDo],
  ResourcePoweredOff: ["'%1' was powered off.", nothingToDo],
  ResourcePoweredOn: ["'%1' was powered on.", nothingToDo],
  ResourcePoweringOff: ["'%1' is being powered off.", nothingToDo],
  ResourcePoweringOn: ["'%1' is being powered on.", nothingToDo],
  ResourceRemoved: ['The resource was removed.', nothingToDo],
  ResourceSelfTestCompleted: ['The self-test has passed.', nothingToDo],
  ResourceSelfTestFailed: ['The self-test has failed: %1', 'Correct what the self-test found.'],
  ResourceStateChanged: ["The state of '%1' has become '%2'.", nothingToDo],
  ResourceStatusChangedCritical: [
    "The health of '%1' has become Critical; its state is '%2'.",
    'Look at the resource and correct the fault.',
  ],
  ResourceStatusChangedOK: ["The health of '%1' has become OK; its state is '%2'.", nothingToDo],
  ResourceStatusChangedWarning: [
    "The health of '%1' has become Warning; its state is '%2'.",
    'Look at the resource before it gets worse.',
  ],
  ResourceVersionIncompatible: [
    "The version of '%1' does not fit the other software.",
    'Install versions that fit together.',
  ],
  ResourceWarningThresholdCleared: ["'%1' is within its warning threshold of %2 again.", nothingToDo],
  ResourceWarningThresholdExceeded: [
    "'%1' is beyond its warning threshold of %2.",
    'Look for the cause before it gets worse.',
  ],
  TestMessage: ['This is a test message.', nothingToDo],
  URIForResourceChanged: ['The URI of the resource has changed.', 'Read the links that lead to it again.'],
};

export const sensorEvent: Wordings<'SensorEvent'> = {
  ...thresholds('Reading', ['Caution', 'Critical', 'Fatal'], reading, 4),
  ReadingWarning,
  ReadingCritical,
  ReadingNoLongerCritical,
  SensorReadingNormalRange: ReadingNormal,
  InvalidSensorReading: ["The sensor '%1' gives a reading that cannot be right.", checkSensor],
  SensorConnected: ["The sensor '%1' was connected.", nothingToDo],
  SensorDisconnected: ["The sensor '%1' was disconnected.", checkSensor],
  SensorFailure: ["The sensor '%1' cannot be read.", checkSensor],
  SensorRestored: ["The sensor '%1' can be read again.", nothingToDo],
};

export const taskEvent: Wordings<'TaskEvent'> = {
  TaskAborted: ["The task '%1' has failed.", 'Read the messages of the task for the reason.'],
  TaskCancelled: ["The task '%1' was cancelled.", nothingToDo],
  TaskCompletedOK: ["The task '%1' is done.", nothingToDo],
  TaskCompletedWarning: ["The task '%1' is done, with warnings.", 'Read the messages of the task.'],
  TaskPaused: ["The task '%1' was paused.", 'Resume the task when it suits.'],
  TaskProgressChanged: ["The task '%1' is %2 % done.", nothingToDo],
  TaskRemoved: ["The task '%1' was removed.", nothingToDo],
  TaskResumed: ["The task '%1' was resumed.", nothingToDo],
  TaskStarted: ["The task '%1' has started.", nothingToDo],
};

export const update: Wordings<'Update'> = {
  ActivateFailed: ["The image '%1' could not be activated on '%2'.", checkImage],
  AllTargetsDetermined: ['The targets of the update are known.', nothingToDo],
  ApplyFailed: ["The image '%1' could not be applied to '%2'.", checkImage],
  ApplyingOnComponent: ["The image '%1' is being applied to '%2'.", nothingToDo],
  AwaitToActivate: ["The image '%1' waits to be activated on '%2'.", 'Activate the image when it suits.'],
  AwaitToUpdate: ["The image '%1' waits to be installed on '%2'.", 'Install the image when it suits.'],
  InstallingOnComponent: ["The image '%1' is being installed on '%2'.", nothingToDo],
  NoTargetsDetermined: ["No target fits the image '%1'.", checkImage],
  OperationTransitionedToJob: ["The update goes on as the job at '%1'.", 'Follow the job.'],
  TargetDetermined: ["'%1' will be updated with the image '%2'.", nothingToDo],
  TransferFailed: ["The image '%1' could not be transferred to '%2'.", checkImage],
  TransferringToComponent: ["The image '%1' is being transferred to '%2'.", nothingToDo],
  UpdateInProgress: ['An update is in progress.', nothingToDo],
  UpdateNotApplicable: ["The image '%1' is not meant for '%2'.", checkImage],
  UpdateSkipped: ["The update of '%1' with the image '%2' was skipped.", nothingToDo],
  UpdateSkippedSameVersion: [
    "'%1' was not updated: it already has the version of the image '%2'.",
    nothingToDo,
  ],
  UpdateSkippedVersionTooLow: [
    "'%1' was not updated: the image '%2' is older than what it has.",
    nothingToDo,
  ],
  UpdateSuccessful: ["'%1' was updated with the image '%2'.", nothingToDo],
  VerificationFailed: ["The image '%1' did not pass the verification at '%2'.", checkImage],
  VerifyingAtComponent: ["The image '%1' is being verified at '%2'.", nothingToDo],
};
