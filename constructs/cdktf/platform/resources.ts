import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { EcsCluster } from "@cdktf/provider-aws/lib/ecs-cluster";
import { EcsClusterCapacityProviders } from "@cdktf/provider-aws/lib/ecs-cluster-capacity-providers";
import { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import { EcsTaskDefinition } from "@cdktf/provider-aws/lib/ecs-task-definition";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Wafv2WebAclAssociation } from "@cdktf/provider-aws/lib/wafv2-web-acl-association";
import type { Resources } from "../engine/resource-maker";

/** What a platform is made of. A name here is a construct id: renaming one replaces the resource in every user's account. */
export const PLATFORM_RESOURCES = {
  albSecurityGroup: SecurityGroup,
  gatewaySecurityGroup: SecurityGroup,
  accessLogBucket: S3Bucket,
  accessLogBucketPublicAccess: S3BucketPublicAccessBlock,
  accessLogBucketOwnership: S3BucketOwnershipControls,
  accessLogBucketEncryption: S3BucketServerSideEncryptionConfigurationA,
  accessLogBucketLifecycle: S3BucketLifecycleConfiguration,
  accessLogBucketPolicy: S3BucketPolicy,
  loadBalancer: Lb,
  httpListener: LbListener,
  httpsListener: LbListener,
  certificate: AcmCertificate,
  certificateRecord: Route53Record,
  certificateValidation: AcmCertificateValidation,
  wildcardAlias: Route53Record,
  webAclAssociation: Wafv2WebAclAssociation,
  cluster: EcsCluster,
  clusterCapacityProviders: EcsClusterCapacityProviders,
  clusterInsightsLogGroup: CloudwatchLogGroup,
  registry: DynamodbTable,
  tokens: DynamodbTable,
  alarmTopic: SnsTopic,
  callsTable: DynamodbTable,
  callsBucket: S3Bucket,
  callsBucketPublicAccess: S3BucketPublicAccessBlock,
  callsBucketOwnership: S3BucketOwnershipControls,
  callsBucketEncryption: S3BucketServerSideEncryptionConfigurationA,
  callsBucketLifecycle: S3BucketLifecycleConfiguration,
  callsBucketPolicy: S3BucketPolicy,
  controlSecurityGroup: SecurityGroup,
  controlLogGroup: CloudwatchLogGroup,
  controlExecutionRole: IamRole,
  controlExecutionPolicy: IamRolePolicy,
  controlTaskRole: IamRole,
  controlPolicy: IamRolePolicy,
  controlTaskDefinition: EcsTaskDefinition,
  controlService: EcsService,
} as const;

export type PlatformResourceTable = typeof PLATFORM_RESOURCES;

type OnlyWithDomain = "httpsListener" | "certificate" | "certificateRecord" | "certificateValidation" | "wildcardAlias";
/** Made when something makes or runs function calls, or `calls` asks for them. */
export const ONLY_WITH_CALLS = [
  "callsTable",
  "callsBucket",
  "callsBucketPublicAccess",
  "callsBucketOwnership",
  "callsBucketEncryption",
  "callsBucketLifecycle",
  "callsBucketPolicy",
  "controlSecurityGroup",
  "controlLogGroup",
  "controlExecutionRole",
  "controlExecutionPolicy",
  "controlTaskRole",
  "controlPolicy",
  "controlTaskDefinition",
  "controlService",
] as const satisfies ReadonlyArray<keyof PlatformResourceTable>;

type Optional =
  | (typeof ONLY_WITH_CALLS)[number]
  | OnlyWithDomain
  | "webAclAssociation"
  | "clusterInsightsLogGroup"
  | "alarmTopic";
type All = Resources<PlatformResourceTable>;

/** Every resource of a platform; those that depend on props may be missing. */
export type PlatformResources = Omit<All, Optional> & Partial<Pick<All, Optional>>;
