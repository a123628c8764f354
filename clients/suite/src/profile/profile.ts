/** Shapes of a DSP0272 profile after its words are checked. */
import type { Comparison, ReadLevel, UseCaseType, WriteLevel } from './vocabulary.ts';

export interface Condition {
  readonly ReadRequirement?: ReadLevel;
  readonly WriteRequirement?: WriteLevel;
  readonly URIs?: readonly string[];
  readonly SubordinateToResource?: readonly string[];
  readonly CompareProperty?: string;
  readonly CompareType?: Comparison;
  readonly CompareValues?: readonly unknown[];
  readonly Comparison?: Comparison;
  readonly Values?: readonly unknown[];
}

export interface PropertyRule {
  readonly ReadRequirement?: ReadLevel;
  readonly WriteRequirement?: WriteLevel;
  readonly ReplacedByProperty?: string;
  readonly ReplacesProperty?: string;
  readonly Purpose?: string;
  readonly MinCount?: number;
  readonly MinSupportValues?: readonly string[];
  readonly Comparison?: Comparison;
  readonly Values?: readonly unknown[];
  /** 1.10: order of reports; no effect on a verdict. */
  readonly Priority?: number;
  readonly ConditionalRequirements?: readonly Condition[];
  readonly PropertyRequirements?: Readonly<Record<string, PropertyRule>>;
}

export interface ParameterRule {
  readonly ReadRequirement?: ReadLevel;
  readonly ParameterValues?: readonly string[];
  readonly RecommendedValues?: readonly string[];
}

export interface ActionRule {
  readonly ReadRequirement?: ReadLevel;
  readonly ActionInfo?: 'Mandatory' | 'Recommended' | 'None';
  readonly Parameters?: Readonly<Record<string, ParameterRule>>;
}

export interface ResourceRule {
  readonly MinVersion?: string;
  readonly ReadRequirement?: ReadLevel;
  readonly URIs?: readonly string[];
  readonly CreateResource?: boolean;
  readonly DeleteResource?: boolean;
  readonly UpdateResource?: boolean;
  readonly UseCaseType?: UseCaseType;
  readonly UseCaseTitle?: string;
  readonly UseCaseKeyProperty?: string;
  readonly UseCaseKeyValues?: readonly unknown[];
  readonly UseCaseComparison?: Comparison;
  readonly RequiredResourceProfile?: { readonly Name?: string; readonly MinVersion?: string };
  readonly ConditionalRequirements?: readonly Condition[];
  readonly PropertyRequirements?: Readonly<Record<string, PropertyRule>>;
  readonly ActionRequirements?: Readonly<Record<string, ActionRule>>;
}

export interface RegistryRule {
  readonly ReadRequirement?: ReadLevel;
  readonly MinVersion?: string;
  readonly Messages?: Readonly<Record<string, { readonly ReadRequirement?: ReadLevel }>>;
  readonly SupportedFeatures?: Readonly<Record<string, { readonly ReadRequirement?: ReadLevel }>>;
}

export type FeatureLevel = 'Mandatory' | 'Recommended' | 'None';

export interface ProtocolRule {
  readonly MinVersion?: string;
  readonly Discovery?: FeatureLevel;
  readonly HostInterface?: FeatureLevel;
  readonly ExpandQuery?: FeatureLevel;
  readonly FilterQuery?: FeatureLevel;
  readonly SelectQuery?: FeatureLevel;
  readonly OnlyQuery?: FeatureLevel;
  readonly ExcerptQuery?: FeatureLevel;
  readonly DeepPATCH?: FeatureLevel;
  readonly DeepPOST?: FeatureLevel;
  readonly ErrorResponse?: Readonly<Record<string, FeatureLevel | readonly string[]>>;
}

export interface Profile {
  readonly ProfileName: string;
  readonly ProfileVersion: string;
  readonly ProfileType?: 'Interop' | 'Product';
  readonly Purpose?: string;
  readonly RequiredProfiles?: Readonly<Record<string, { readonly MinVersion?: string }>>;
  readonly Protocol?: ProtocolRule;
  readonly Resources?: Readonly<
    Record<string, ResourceRule & { readonly UseCases?: readonly ResourceRule[] }>
  >;
  readonly Registries?: Readonly<Record<string, RegistryRule>>;
}

/** Which requirement: profile, its version, the pointer in its file. */
export interface Origin {
  readonly profile: string;
  readonly version: string;
  readonly pointer: string;
}

export type Verdict = 'PASS' | 'FAIL' | 'WARN' | 'NA' | 'UNTESTED';

/** What a requirement constrains. */
export type Aspect =
  | 'presence'
  | 'version'
  | 'create'
  | 'delete'
  | 'update'
  | 'read'
  | 'write'
  | 'count'
  | 'value'
  | 'support'
  | 'replacement'
  | 'action'
  | 'parameter'
  | 'registry'
  | 'protocol';

export interface ProfileFinding {
  readonly verdict: Verdict;
  readonly aspect: Aspect;
  readonly origin: Origin;
  /** The resource that was judged; empty when the requirement spans the service. */
  readonly uri: string;
  /** Property within the resource, as JSON pointer. */
  readonly pointer: string;
  readonly message: string;
  /** Where the specification is silent or read in two ways. */
  readonly disputed?: string;
}
