package emulator

// The methods of Cloud KMS.
const (
	KMSCreateCryptoKey               Method = "kms.CreateCryptoKey"
	KMSCreateCryptoKeyVersion        Method = "kms.CreateCryptoKeyVersion"
	KMSCreateKeyRing                 Method = "kms.CreateKeyRing"
	KMSDecrypt                       Method = "kms.Decrypt"
	KMSDestroyCryptoKeyVersion       Method = "kms.DestroyCryptoKeyVersion"
	KMSEncrypt                       Method = "kms.Encrypt"
	KMSGetCryptoKey                  Method = "kms.GetCryptoKey"
	KMSGetCryptoKeyVersion           Method = "kms.GetCryptoKeyVersion"
	KMSGetIAMPolicy                  Method = "kms.GetIamPolicy"
	KMSGetKeyRing                    Method = "kms.GetKeyRing"
	KMSGetLocation                   Method = "kms.GetLocation"
	KMSListCryptoKeyVersions         Method = "kms.ListCryptoKeyVersions"
	KMSListCryptoKeys                Method = "kms.ListCryptoKeys"
	KMSListKeyRings                  Method = "kms.ListKeyRings"
	KMSRestoreCryptoKeyVersion       Method = "kms.RestoreCryptoKeyVersion"
	KMSSetIAMPolicy                  Method = "kms.SetIamPolicy"
	KMSTestIAMPermissions            Method = "kms.TestIamPermissions"
	KMSUpdateCryptoKey               Method = "kms.UpdateCryptoKey"
	KMSUpdateCryptoKeyPrimaryVersion Method = "kms.UpdateCryptoKeyPrimaryVersion"
	KMSUpdateCryptoKeyVersion        Method = "kms.UpdateCryptoKeyVersion"
)

// The methods of Cloud Storage.
const (
	StorageBucketsDelete              Method = "storage.buckets.delete"
	StorageBucketsGet                 Method = "storage.buckets.get"
	StorageBucketsInsert              Method = "storage.buckets.insert"
	StorageBucketsList                Method = "storage.buckets.list"
	StorageBucketsLockRetentionPolicy Method = "storage.buckets.lockRetentionPolicy"
	StorageBucketsPatch               Method = "storage.buckets.patch"
	StorageBucketsTestIAMPermissions  Method = "storage.buckets.testIamPermissions"
	StorageBucketsUpdate              Method = "storage.buckets.update"
	StorageObjectsCompose             Method = "storage.objects.compose"
	StorageObjectsCopy                Method = "storage.objects.copy"
	StorageObjectsDelete              Method = "storage.objects.delete"
	StorageObjectsGet                 Method = "storage.objects.get"
	StorageObjectsInsert              Method = "storage.objects.insert"
	StorageObjectsList                Method = "storage.objects.list"
	StorageObjectsMove                Method = "storage.objects.move"
	StorageObjectsPatch               Method = "storage.objects.patch"
	StorageObjectsRestore             Method = "storage.objects.restore"
	StorageObjectsRewrite             Method = "storage.objects.rewrite"
	StorageObjectsUpdate              Method = "storage.objects.update"
	StorageProjectsServiceAccountGet  Method = "storage.projects.serviceAccount.get"
)

// The methods of Dataflow.
const (
	DataflowFlexTemplatesLaunch     Method = "dataflow.flexTemplates.launch"
	DataflowJobsAggregated          Method = "dataflow.jobs.aggregated"
	DataflowJobsCreate              Method = "dataflow.jobs.create"
	DataflowJobsGet                 Method = "dataflow.jobs.get"
	DataflowJobsGetExecutionDetails Method = "dataflow.jobs.getExecutionDetails"
	DataflowJobsGetMetrics          Method = "dataflow.jobs.getMetrics"
	DataflowJobsList                Method = "dataflow.jobs.list"
	DataflowJobsMessagesList        Method = "dataflow.jobs.messages.list"
	DataflowJobsSnapshot            Method = "dataflow.jobs.snapshot"
	DataflowJobsSnapshotsList       Method = "dataflow.jobs.snapshots.list"
	DataflowJobsUpdate              Method = "dataflow.jobs.update"
	DataflowSnapshotsDelete         Method = "dataflow.snapshots.delete"
	DataflowSnapshotsGet            Method = "dataflow.snapshots.get"
	DataflowSnapshotsList           Method = "dataflow.snapshots.list"
	DataflowTemplatesCreate         Method = "dataflow.templates.create"
	DataflowTemplatesGet            Method = "dataflow.templates.get"
	DataflowTemplatesLaunch         Method = "dataflow.templates.launch"
)

// The methods of BigQuery.
const (
	BigQueryDatasetsDelete            Method = "bigquery.datasets.delete"
	BigQueryDatasetsGet               Method = "bigquery.datasets.get"
	BigQueryDatasetsInsert            Method = "bigquery.datasets.insert"
	BigQueryDatasetsList              Method = "bigquery.datasets.list"
	BigQueryDatasetsPatch             Method = "bigquery.datasets.patch"
	BigQueryDatasetsUpdate            Method = "bigquery.datasets.update"
	BigQueryJobsCancel                Method = "bigquery.jobs.cancel"
	BigQueryJobsDelete                Method = "bigquery.jobs.delete"
	BigQueryJobsGet                   Method = "bigquery.jobs.get"
	BigQueryJobsGetQueryResults       Method = "bigquery.jobs.getQueryResults"
	BigQueryJobsInsert                Method = "bigquery.jobs.insert"
	BigQueryJobsList                  Method = "bigquery.jobs.list"
	BigQueryJobsQuery                 Method = "bigquery.jobs.query"
	BigQueryProjectsGetServiceAccount Method = "bigquery.projects.getServiceAccount"
	BigQueryTabledataInsertAll        Method = "bigquery.tabledata.insertAll"
	BigQueryTabledataList             Method = "bigquery.tabledata.list"
	BigQueryTablesDelete              Method = "bigquery.tables.delete"
	BigQueryTablesGet                 Method = "bigquery.tables.get"
	BigQueryTablesInsert              Method = "bigquery.tables.insert"
	BigQueryTablesList                Method = "bigquery.tables.list"
	BigQueryTablesPatch               Method = "bigquery.tables.patch"
	BigQueryTablesUpdate              Method = "bigquery.tables.update"
)

// The methods of the BigQuery Storage Read and Write APIs. [BigQueryStorageReadRowsNext] is every answer of a read
// stream after the first one.
const (
	BigQueryStorageAppendRows              Method = "bigquerystorage.AppendRows"
	BigQueryStorageBatchCommitWriteStreams Method = "bigquerystorage.BatchCommitWriteStreams"
	BigQueryStorageCreateReadSession       Method = "bigquerystorage.CreateReadSession"
	BigQueryStorageCreateWriteStream       Method = "bigquerystorage.CreateWriteStream"
	BigQueryStorageFinalizeWriteStream     Method = "bigquerystorage.FinalizeWriteStream"
	BigQueryStorageFlushRows               Method = "bigquerystorage.FlushRows"
	BigQueryStorageGetWriteStream          Method = "bigquerystorage.GetWriteStream"
	BigQueryStorageReadRows                Method = "bigquerystorage.ReadRows"
	BigQueryStorageReadRowsNext            Method = "bigquerystorage.ReadRows.next"
	BigQueryStorageSplitReadStream         Method = "bigquerystorage.SplitReadStream"
)

// The methods of Pub/Sub.
const (
	PubSubSubscriptionsAcknowledge       Method = "pubsub.subscriptions.acknowledge"
	PubSubSubscriptionsCreate            Method = "pubsub.subscriptions.create"
	PubSubSubscriptionsDelete            Method = "pubsub.subscriptions.delete"
	PubSubSubscriptionsDetach            Method = "pubsub.subscriptions.detach"
	PubSubSubscriptionsGet               Method = "pubsub.subscriptions.get"
	PubSubSubscriptionsList              Method = "pubsub.subscriptions.list"
	PubSubSubscriptionsModifyAckDeadline Method = "pubsub.subscriptions.modifyAckDeadline"
	PubSubSubscriptionsPatch             Method = "pubsub.subscriptions.patch"
	PubSubSubscriptionsPull              Method = "pubsub.subscriptions.pull"
	PubSubSubscriptionsSeek              Method = "pubsub.subscriptions.seek"
	PubSubSubscriptionsStreamingPull     Method = "pubsub.subscriptions.streamingPull"
	PubSubTopicsCreate                   Method = "pubsub.topics.create"
	PubSubTopicsDelete                   Method = "pubsub.topics.delete"
	PubSubTopicsGet                      Method = "pubsub.topics.get"
	PubSubTopicsList                     Method = "pubsub.topics.list"
	PubSubTopicsPatch                    Method = "pubsub.topics.patch"
	PubSubTopicsPublish                  Method = "pubsub.topics.publish"
	PubSubTopicsSubscriptionsList        Method = "pubsub.topics.subscriptions.list"
)

// The methods of Spanner.
const (
	SpannerDatabasesCreate             Method = "spanner.databases.create"
	SpannerDatabasesDrop               Method = "spanner.databases.drop"
	SpannerDatabasesGet                Method = "spanner.databases.get"
	SpannerDatabasesGetDDL             Method = "spanner.databases.getDdl"
	SpannerDatabasesList               Method = "spanner.databases.list"
	SpannerDatabasesUpdateDDL          Method = "spanner.databases.updateDdl"
	SpannerInstancesCreate             Method = "spanner.instances.create"
	SpannerInstancesGet                Method = "spanner.instances.get"
	SpannerInstancesList               Method = "spanner.instances.list"
	SpannerOperationsGet               Method = "spanner.operations.get"
	SpannerSessionsBatchCreateSessions Method = "spanner.sessions.batchCreateSessions"
	SpannerSessionsBeginTransaction    Method = "spanner.sessions.beginTransaction"
	SpannerSessionsCommit              Method = "spanner.sessions.commit"
	SpannerSessionsCreate              Method = "spanner.sessions.create"
	SpannerSessionsDelete              Method = "spanner.sessions.delete"
	SpannerSessionsExecuteStreamingSQL Method = "spanner.sessions.executeStreamingSql"
	SpannerSessionsGet                 Method = "spanner.sessions.get"
	SpannerSessionsPartitionQuery      Method = "spanner.sessions.partitionQuery"
	SpannerSessionsRollback            Method = "spanner.sessions.rollback"
	SpannerSessionsStreamingRead       Method = "spanner.sessions.streamingRead"
)

// The methods of Bigtable and of its administration API.
const (
	BigtableTablesMutateRow                 Method = "bigtable.tables.mutateRow"
	BigtableTablesMutateRows                Method = "bigtable.tables.mutateRows"
	BigtableTablesPingAndWarm               Method = "bigtable.tables.pingAndWarm"
	BigtableTablesReadRows                  Method = "bigtable.tables.readRows"
	BigtableTablesSampleRowKeys             Method = "bigtable.tables.sampleRowKeys"
	BigtableAdminClustersCreate             Method = "bigtableadmin.clusters.create"
	BigtableAdminClustersDelete             Method = "bigtableadmin.clusters.delete"
	BigtableAdminClustersGet                Method = "bigtableadmin.clusters.get"
	BigtableAdminClustersList               Method = "bigtableadmin.clusters.list"
	BigtableAdminInstancesCreate            Method = "bigtableadmin.instances.create"
	BigtableAdminInstancesDelete            Method = "bigtableadmin.instances.delete"
	BigtableAdminInstancesGet               Method = "bigtableadmin.instances.get"
	BigtableAdminInstancesList              Method = "bigtableadmin.instances.list"
	BigtableAdminTablesCreate               Method = "bigtableadmin.tables.create"
	BigtableAdminTablesDelete               Method = "bigtableadmin.tables.delete"
	BigtableAdminTablesGet                  Method = "bigtableadmin.tables.get"
	BigtableAdminTablesList                 Method = "bigtableadmin.tables.list"
	BigtableAdminTablesModifyColumnFamilies Method = "bigtableadmin.tables.modifyColumnFamilies"
)

// The methods of Datastore.
const (
	DatastoreAllocateIds      Method = "datastore.allocateIds"
	DatastoreBeginTransaction Method = "datastore.beginTransaction"
	DatastoreCommit           Method = "datastore.commit"
	DatastoreLookup           Method = "datastore.lookup"
	DatastoreReserveIds       Method = "datastore.reserveIds"
	DatastoreRollback         Method = "datastore.rollback"
	DatastoreRunQuery         Method = "datastore.runQuery"
)

// The methods of the Firestore Admin API, which administers the databases that Datastore serves.
const (
	FirestoreDatabasesCreate        Method = "firestore.databases.create"
	FirestoreDatabasesDelete        Method = "firestore.databases.delete"
	FirestoreDatabasesGet           Method = "firestore.databases.get"
	FirestoreDatabasesList          Method = "firestore.databases.list"
	FirestoreDatabasesOperationsGet Method = "firestore.databases.operations.get"
)

// The methods of the Cloud Healthcare API.
const (
	HealthcareDatasetsCreate       Method = "healthcare.datasets.create"
	HealthcareDatasetsDelete       Method = "healthcare.datasets.delete"
	HealthcareDatasetsGet          Method = "healthcare.datasets.get"
	HealthcareFHIRCreate           Method = "healthcare.fhir.create"
	HealthcareFHIRExecuteBundle    Method = "healthcare.fhir.executeBundle"
	HealthcareFHIRRead             Method = "healthcare.fhir.read"
	HealthcareFHIRSearch           Method = "healthcare.fhir.search"
	HealthcareFHIRUpdate           Method = "healthcare.fhir.update"
	HealthcareFHIRStoresCreate     Method = "healthcare.fhirStores.create"
	HealthcareFHIRStoresDeidentify Method = "healthcare.fhirStores.deidentify"
	HealthcareFHIRStoresGet        Method = "healthcare.fhirStores.get"
	HealthcareFHIRStoresImport     Method = "healthcare.fhirStores.import"
	HealthcareOperationsCancel     Method = "healthcare.operations.cancel"
	HealthcareOperationsGet        Method = "healthcare.operations.get"
)

// The methods of Resource Manager.
const (
	ResourceManagerFoldersGet                      Method = "cloudresourcemanager.folders.get"
	ResourceManagerFoldersGetIAMPolicy             Method = "cloudresourcemanager.folders.getIamPolicy"
	ResourceManagerFoldersList                     Method = "cloudresourcemanager.folders.list"
	ResourceManagerFoldersSearch                   Method = "cloudresourcemanager.folders.search"
	ResourceManagerFoldersSetIAMPolicy             Method = "cloudresourcemanager.folders.setIamPolicy"
	ResourceManagerFoldersTestIAMPermissions       Method = "cloudresourcemanager.folders.testIamPermissions"
	ResourceManagerOrganizationsGet                Method = "cloudresourcemanager.organizations.get"
	ResourceManagerOrganizationsGetIAMPolicy       Method = "cloudresourcemanager.organizations.getIamPolicy"
	ResourceManagerOrganizationsSearch             Method = "cloudresourcemanager.organizations.search"
	ResourceManagerOrganizationsSetIAMPolicy       Method = "cloudresourcemanager.organizations.setIamPolicy"
	ResourceManagerOrganizationsTestIAMPermissions Method = "cloudresourcemanager.organizations.testIamPermissions"
	ResourceManagerProjectsGet                     Method = "cloudresourcemanager.projects.get"
	ResourceManagerProjectsGetIAMPolicy            Method = "cloudresourcemanager.projects.getIamPolicy"
	ResourceManagerProjectsList                    Method = "cloudresourcemanager.projects.list"
	ResourceManagerProjectsSearch                  Method = "cloudresourcemanager.projects.search"
	ResourceManagerProjectsSetIAMPolicy            Method = "cloudresourcemanager.projects.setIamPolicy"
	ResourceManagerProjectsTestIAMPermissions      Method = "cloudresourcemanager.projects.testIamPermissions"
)

// The methods of IAM and of its deny policies.
const (
	IAMOrganizationsRolesCreate                  Method = "iam.organizations.roles.create"
	IAMOrganizationsRolesDelete                  Method = "iam.organizations.roles.delete"
	IAMOrganizationsRolesGet                     Method = "iam.organizations.roles.get"
	IAMOrganizationsRolesList                    Method = "iam.organizations.roles.list"
	IAMOrganizationsRolesPatch                   Method = "iam.organizations.roles.patch"
	IAMOrganizationsRolesUndelete                Method = "iam.organizations.roles.undelete"
	IAMPoliciesCreatePolicy                      Method = "iam.policies.createPolicy"
	IAMPoliciesDelete                            Method = "iam.policies.delete"
	IAMPoliciesGet                               Method = "iam.policies.get"
	IAMPoliciesListPolicies                      Method = "iam.policies.listPolicies"
	IAMPoliciesUpdate                            Method = "iam.policies.update"
	IAMProjectsRolesCreate                       Method = "iam.projects.roles.create"
	IAMProjectsRolesDelete                       Method = "iam.projects.roles.delete"
	IAMProjectsRolesGet                          Method = "iam.projects.roles.get"
	IAMProjectsRolesList                         Method = "iam.projects.roles.list"
	IAMProjectsRolesPatch                        Method = "iam.projects.roles.patch"
	IAMProjectsRolesUndelete                     Method = "iam.projects.roles.undelete"
	IAMProjectsServiceAccountsCreate             Method = "iam.projects.serviceAccounts.create"
	IAMProjectsServiceAccountsDelete             Method = "iam.projects.serviceAccounts.delete"
	IAMProjectsServiceAccountsDisable            Method = "iam.projects.serviceAccounts.disable"
	IAMProjectsServiceAccountsEnable             Method = "iam.projects.serviceAccounts.enable"
	IAMProjectsServiceAccountsGet                Method = "iam.projects.serviceAccounts.get"
	IAMProjectsServiceAccountsGetIAMPolicy       Method = "iam.projects.serviceAccounts.getIamPolicy"
	IAMProjectsServiceAccountsList               Method = "iam.projects.serviceAccounts.list"
	IAMProjectsServiceAccountsSetIAMPolicy       Method = "iam.projects.serviceAccounts.setIamPolicy"
	IAMProjectsServiceAccountsTestIAMPermissions Method = "iam.projects.serviceAccounts.testIamPermissions"
	IAMRolesGet                                  Method = "iam.roles.get"
	IAMRolesList                                 Method = "iam.roles.list"
)

// The methods of the Policy Troubleshooter.
const (
	PolicyTroubleshooterTroubleshoot Method = "policytroubleshooter.iam.troubleshoot"
)

// The methods of Service Usage.
const (
	ServiceUsageBatchEnable              Method = "serviceusage.services.batchEnable"
	ServiceUsageBatchGet                 Method = "serviceusage.services.batchGet"
	ServiceUsageConsumerQuotaMetricsGet  Method = "serviceusage.services.consumerQuotaMetrics.get"
	ServiceUsageConsumerQuotaMetricsList Method = "serviceusage.services.consumerQuotaMetrics.list"
	ServiceUsageDisable                  Method = "serviceusage.services.disable"
	ServiceUsageEnable                   Method = "serviceusage.services.enable"
	ServiceUsageGenerateServiceIdentity  Method = "serviceusage.services.generateServiceIdentity"
	ServiceUsageGet                      Method = "serviceusage.services.get"
	ServiceUsageList                     Method = "serviceusage.services.list"
)

// The methods of Organization Policy.
const (
	OrganizationPolicyFoldersConstraintsList                  Method = "orgpolicy.folders.constraints.list"
	OrganizationPolicyFoldersPoliciesCreate                   Method = "orgpolicy.folders.policies.create"
	OrganizationPolicyFoldersPoliciesDelete                   Method = "orgpolicy.folders.policies.delete"
	OrganizationPolicyFoldersPoliciesGet                      Method = "orgpolicy.folders.policies.get"
	OrganizationPolicyFoldersPoliciesGetEffectivePolicy       Method = "orgpolicy.folders.policies.getEffectivePolicy"
	OrganizationPolicyFoldersPoliciesList                     Method = "orgpolicy.folders.policies.list"
	OrganizationPolicyFoldersPoliciesPatch                    Method = "orgpolicy.folders.policies.patch"
	OrganizationPolicyOrganizationsConstraintsList            Method = "orgpolicy.organizations.constraints.list"
	OrganizationPolicyOrganizationsPoliciesCreate             Method = "orgpolicy.organizations.policies.create"
	OrganizationPolicyOrganizationsPoliciesDelete             Method = "orgpolicy.organizations.policies.delete"
	OrganizationPolicyOrganizationsPoliciesGet                Method = "orgpolicy.organizations.policies.get"
	OrganizationPolicyOrganizationsPoliciesGetEffectivePolicy Method = "orgpolicy.organizations.policies.getEffectivePolicy"
	OrganizationPolicyOrganizationsPoliciesList               Method = "orgpolicy.organizations.policies.list"
	OrganizationPolicyOrganizationsPoliciesPatch              Method = "orgpolicy.organizations.policies.patch"
	OrganizationPolicyProjectsConstraintsList                 Method = "orgpolicy.projects.constraints.list"
	OrganizationPolicyProjectsPoliciesCreate                  Method = "orgpolicy.projects.policies.create"
	OrganizationPolicyProjectsPoliciesDelete                  Method = "orgpolicy.projects.policies.delete"
	OrganizationPolicyProjectsPoliciesGet                     Method = "orgpolicy.projects.policies.get"
	OrganizationPolicyProjectsPoliciesGetEffectivePolicy      Method = "orgpolicy.projects.policies.getEffectivePolicy"
	OrganizationPolicyProjectsPoliciesList                    Method = "orgpolicy.projects.policies.list"
	OrganizationPolicyProjectsPoliciesPatch                   Method = "orgpolicy.projects.policies.patch"
)

// The methods of Compute Engine.
const (
	ComputeDisksGet            Method = "compute.disks.get"
	ComputeDisksList           Method = "compute.disks.list"
	ComputeImagesGet           Method = "compute.images.get"
	ComputeImagesGetFromFamily Method = "compute.images.getFromFamily"
	ComputeImagesList          Method = "compute.images.list"
	ComputeInstancesGet        Method = "compute.instances.get"
	ComputeInstancesList       Method = "compute.instances.list"
	ComputeSubnetworksGet      Method = "compute.subnetworks.get"
	ComputeSubnetworksList     Method = "compute.subnetworks.list"
)
