/** The words of a DSP0272 interoperability profile: version 1.9, with `Priority` and `ErrorResponse` of 1.10. */
import type { Shape } from '../text/shape.ts';

export const readLevels = [
  'Mandatory',
  'Supported',
  'Recommended',
  'IfImplemented',
  'IfPopulated',
  'Conditional',
  'Excluded',
  'None',
] as const;
export type ReadLevel = (typeof readLevels)[number];

export const writeLevels = ['Mandatory', 'Supported', 'Recommended', 'None'] as const;
export type WriteLevel = (typeof writeLevels)[number];

export const comparisons = [
  'Absent',
  'AnyOf',
  'AllOf',
  'Equal',
  'NotEqual',
  'GreaterThan',
  'GreaterThanOrEqual',
  'LessThan',
  'LessThanOrEqual',
  'Present',
  'LinkToResource',
  'Range',
  'Pattern',
] as const;
export type Comparison = (typeof comparisons)[number];

export const useCaseTypes = [
  'Normal',
  'AbsentResource',
  'ChassisType',
  'DriveProtocol',
  'MemoryType',
  'PortProtocol',
  'ProcessorType',
] as const;
export type UseCaseType = (typeof useCaseTypes)[number];

const read: Shape = { words: readLevels };
const write: Shape = { words: writeLevels };
const comparison: Shape = { words: comparisons };
const featureLevel: Shape = { words: ['Mandatory', 'Recommended', 'None'] };
const version: Shape = { pattern: /^\d+\.\d+(\.\d+)?$/, reads: 'a version "n.n" or "n.n.n"' };
const strings: Shape = { list: 'string' };
/** A null bound of a Range is open. */
const values: Shape = { list: 'any' };

const condition: Shape = {
  keys: {
    ReadRequirement: read,
    WriteRequirement: write,
    Purpose: 'string',
    URIs: strings,
    SubordinateToResource: strings,
    Comparison: comparison,
    Values: values,
    CompareProperty: 'string',
    CompareType: comparison,
    CompareValues: { list: 'scalar' },
  },
};

const property: Shape = {
  keys: {
    ReadRequirement: read,
    WriteRequirement: write,
    ReplacedByProperty: 'string',
    ReplacesProperty: 'string',
    Purpose: 'string',
    MinCount: 'integer',
    MinSupportValues: strings,
    Comparison: comparison,
    Values: values,
    Priority: 'integer',
    ConditionalRequirements: { list: condition },
    PropertyRequirements: { each: { refer: () => property } },
  },
};

const action: Shape = {
  keys: {
    ReadRequirement: read,
    Purpose: 'string',
    ActionInfo: featureLevel,
    Parameters: {
      each: {
        keys: {
          ReadRequirement: read,
          ParameterValues: strings,
          RecommendedValues: strings,
        },
      },
    },
  },
};

const requiredProfile: Shape = {
  keys: { Name: 'string', Repository: 'string', MinVersion: version },
};

const resource: Shape = {
  keys: {
    MinVersion: version,
    Repository: 'string',
    ReadRequirement: read,
    URIs: strings,
    CreateResource: 'boolean',
    DeleteResource: 'boolean',
    UpdateResource: 'boolean',
    Purpose: 'string',
    UseCaseType: { words: useCaseTypes },
    UseCaseTitle: 'string',
    UseCaseKeyProperty: 'string',
    UseCaseKeyValues: values,
    UseCaseComparison: comparison,
    RequiredResourceProfile: requiredProfile,
    ConditionalRequirements: { list: condition },
    PropertyRequirements: { each: property },
    ActionRequirements: { each: action },
  },
};

const useCases: Shape = { keys: { UseCases: { list: resource } }, required: ['UseCases'] };

const messageLevel: Shape = { keys: { ReadRequirement: read } };

export const profileShape: Shape = {
  keys: {
    $schema: 'string',
    SchemaDefinition: 'string',
    ProfileName: 'string',
    ProfileVersion: { pattern: /^\d+\.\d+\.\d+$/, reads: 'a version "n.n.n"' },
    ProfileType: { words: ['Interop', 'Product'] },
    OwningEntity: 'string',
    ContributedBy: 'string',
    License: 'string',
    Purpose: 'string',
    ContactInfo: 'string',
    RequiredProfiles: { each: { keys: { Repository: 'string', MinVersion: version } } },
    Protocol: {
      keys: {
        MinVersion: version,
        Discovery: featureLevel,
        HostInterface: featureLevel,
        ExpandQuery: featureLevel,
        FilterQuery: featureLevel,
        SelectQuery: featureLevel,
        OnlyQuery: featureLevel,
        ExcerptQuery: featureLevel,
        DeepPATCH: featureLevel,
        DeepPOST: featureLevel,
        ErrorResponse: {
          keys: {
            ExtendedInfo: featureLevel,
            Resolution: featureLevel,
            ResolutionSteps: featureLevel,
            ResolutionTypes: strings,
          },
        },
      },
    },
    Resources: { each: { choose: (value) => (Object.hasOwn(value, 'UseCases') ? useCases : resource) } },
    Registries: {
      each: {
        keys: {
          ReadRequirement: read,
          Purpose: 'string',
          MinVersion: version,
          Repository: 'string',
          Messages: { each: messageLevel },
          SupportedFeatures: { each: messageLevel },
        },
      },
    },
  },
  required: ['ProfileName', 'ProfileVersion', 'SchemaDefinition'],
};
