// Package emulator is a loopback Google Cloud that enforces customer-managed keys. It serves Cloud KMS, Cloud Storage,
// Dataflow, BigQuery, Pub/Sub, Spanner, Bigtable, Datastore and Healthcare to Google's own Go clients from one process
// that starts in milliseconds, and the services that decide who may do what: Resource Manager, IAM with deny policies, Policy
// Troubleshooter, Service Usage and Organization Policy. Use it for tests and local runs: everything is in memory until [Cloud.Close]. A call
// that the cloud doesn't serve returns UNIMPLEMENTED, over HTTP status 501, with the call's name.
//
// [Start] starts a cloud for a program that runs locally, for TestMain, or for several tests that share one cloud.
// Other unit tests should use package cmektest, which has the same helpers for [testing.T].
//
// # Defaults
//
// A new cloud is empty. Every project exists, outside of an organization until [Cloud.CreateProject] places it in one, and
// every service is on. The clock is the computer's; [Cloud.Advance] moves it forward, so that
// rotations and destructions become due. [Start] does not change the environment, so that a process may run any number
// of clouds; [Cloud.Setenv] does. A helper with a zero key creates a resource without a key.
//
// # Helpers
//
// Methods of Cloud create keys, grants, buckets, datasets, tables, topics, instances, databases and stores through
// Google's clients, and read and write data. Names are full names as Google writes them: "gs://BUCKET/OBJECT",
// "PROJECT.DATASET.TABLE", "projects/PROJECT/topics/TOPIC". [Cloud.CreateJobResources] creates what a job with the
// given options needs.
//
// # Clients
//
// [Cloud.ClientOptions] connects any of Google's clients to the cloud. Programs that create their own clients find the
// cloud through the variables of [Cloud.Environ]. This module's packages honour all variables; Google's clients honour
// some. Those over HTTP have a path:
//
//	service          variable                          Google's client for Go  for Python        path
//	KMS              CLOUD_KMS_EMULATOR_HOST           no                      no
//	Storage          STORAGE_EMULATOR_HOST             yes                     yes               /storage/v1/
//	Dataflow         DATAFLOW_EMULATOR_HOST            no                      no                /v1b3/
//	BigQuery         BIGQUERY_EMULATOR_HOST            no                      yes, see below    /bigquery/v2/
//	BigQueryStorage  BIGQUERY_STORAGE_EMULATOR_HOST    no                      no
//	PubSub           PUBSUB_EMULATOR_HOST              yes                     yes
//	Spanner          SPANNER_EMULATOR_HOST             yes                     yes
//	Bigtable         BIGTABLE_EMULATOR_HOST            yes                     yes
//	Datastore        DATASTORE_EMULATOR_HOST           yes                     yes
//	FirestoreAdmin   FIRESTORE_ADMIN_EMULATOR_HOST     no                      no                /v1/
//	Healthcare       HEALTHCARE_EMULATOR_HOST          no                      no                /v1/
//	ResourceManager  RESOURCE_MANAGER_EMULATOR_HOST    no                      no                /v3/
//	IAM              IAM_EMULATOR_HOST                 no                      no                /v1/, /v2/
//	ServiceUsage     SERVICE_USAGE_EMULATOR_HOST       no                      no                /v1/, /v1beta1/
//
// PolicyTroubleshooter (POLICY_TROUBLESHOOTER_EMULATOR_HOST, /v3/) and OrganizationPolicy (ORG_POLICY_EMULATOR_HOST, /v2/)
// have variables of the same form, and so does Compute (COMPUTE_EMULATOR_HOST, /compute/v1/).
//
// The values of Storage and BigQuery begin with http://, which Python needs; the others are HOST:PORT. Python's client of
// BigQuery also needs anonymous credentials, and clients over gRPC that honour no variable an insecure channel.
//
// # Permissions
//
// The caller is an owner who may create keys, change their states and grant them, but not encrypt or decrypt with them.
// [As] makes the calls of another member, who may do only what policies grant: those of the key, the key ring, the project
// and the folders and organization above it, unless a deny policy there denies it. [Cloud.Grant] grants a role on one of the
// latter. Bindings may have conditions and custom roles.
//
// # Organization policies and services that are off
//
// [Cloud.SetOrgPolicy] sets the policy of a constraint, such as gcp.restrictNonCmekServices, which the services then enforce
// when they create something. [Cloud.DisableService] switches an API off in a project. Service Usage, IAM and Organization
// Policy can change the same through Google's clients.
//
// Use of keys is denied by default. A service encrypts only after [Cloud.GrantKey] grants its service agent
// roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. [Agent] returns the e-mail address of the agent:
//
//	Storage                     objects and the default keys of buckets
//	Dataflow and Compute        jobs: both must be granted; Compute stands for the disks of workers
//	BigQuery, BigQueryStorage   tables, query results and load jobs: one agent
//	PubSub                      topics; a subscription's backlog has the topic's key
//	Spanner                     databases
//	Bigtable                    clusters
//	Datastore, FirestoreAdmin   databases: one agent
//	Healthcare                  datasets and what they hold
//
// # Ledger and faults
//
// [Cloud.Ledger] lists every resource that was ever created: when, by which call, and with which key or none.
// [WriteReport] prints it.
//
// [Cloud.Inject] makes calls fail, wait, lose their answer, answer late, take effect although their client is gone, or run
// a hook of the test when they begin or took effect: a hook may kill a process, delete a topic or disable a key at that
// moment. Methods have constants, such as [StorageObjectsInsert]; Inject panics for a method that no service has, and
// [Cloud.UnusedFaults] lists the faults that no call met. Google's clients retry many calls after a status such as 503,
// so a fault of the first call alone may have no visible effect.
//
// # What is simplified
//
//   - IAM: keys, key rings, projects, folders, organizations and service accounts have policies; buckets, datasets and topics
//     have none. Callers are distinguished by Cloud KMS and by the services that administer access only. Grants take effect at
//     once unless [Cloud.DelayGrants] delays them. Groups have no members, resources have no tags, and predefined roles hold only
//     the permissions that a pipeline and its checks need.
//   - Compute Engine: reads of subnetworks, images, instances and disks that [Cloud.PutCompute] stored.
//   - Organization policies apply at once. Conditions and custom constraints are refused.
//   - Dataflow: jobs change their states and run nothing unless [WithJobRunner] passes them to a runner. Package
//     prismrun has one, which runs the staged pipeline in one process. [Cloud.Dataflow] sets pace, messages and
//     metrics.
//   - BigQuery: queries are SELECT from one table with WHERE, GROUP BY, aggregates, ORDER BY, LIMIT and parameters. The
//     cloud refuses any other query by name unless the test supplies the rows with [Cloud.SetQueryResult]. Jobs end
//     within the call that creates them.
//   - Pub/Sub and Bigtable: data is in Google's fakes pstest and bttest; the cloud enforces keys in front of them.
//     A message that nobody pulled is gone after ten minutes by the cloud's clock, Google's shortest retention.
//     Bigtable has no backups, UpdateTable, CheckAndMutateRow and ReadModifyWriteRow.
//   - Spanner and Datastore: reads, commits and queries over one table or kind with comparisons; no other SQL or GQL.
//     Spanner has no instance configurations, backups and DeleteInstance. The database "(default)" of Datastore must be
//     created like any other.
//   - Cloud Storage: no customer-supplied encryption keys, access control lists, IAM policies of buckets, notifications,
//     HMAC keys, folders, batches and uploads of the XML API. Retention policies, holds, lifecycle rules, versions and soft
//     delete are enforced by the cloud's clock.
//   - Healthcare: FHIR stores only. Imports end at once unless [Cloud.LimitFHIROperations] makes them last.
//   - Quotas: only those that a single request can exceed are enforced, and [Cloud.LimitObjectChanges].
//
// The package documentation of each service, below internal, has the details.
//
// # Errors
//
// Services answer with the codes, reasons and texts that Google documents. Helpers return an error with the helper's
// action and resource, which wraps the client's error.
//
// # Concurrency
//
// All methods are safe for concurrent use.
//
// # Testing
//
// Use package cmektest in tests. It creates one cloud for each test, stops it when the test ends, and checks with
// RequireEncrypted that a key encrypts everything that the test wrote.
package emulator
