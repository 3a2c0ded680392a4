// Package emulator is a Google Cloud on the loopback interface that enforces customer-managed keys. It serves Cloud KMS,
// Cloud Storage, Dataflow, BigQuery, Pub/Sub, Spanner, Bigtable, Datastore and Healthcare to Google's own Go clients, in
// one process, started in milliseconds. It is for tests and local runs: everything is in memory and gone with
// [Cloud.Close]. A call that it doesn't serve answers UNIMPLEMENTED or 404, never a guess.
//
// Unit tests of pipelines need package cmektest, which has the same helpers for [testing.T]. Use [Start] for everything
// else: a program that runs locally, TestMain, one cloud that many tests share.
//
// # Defaults
//
// A new cloud is empty. Every project exists, and no project has a policy of its own. Access to keys is denied: a service
// encrypts only after its service agent got roles/cloudkms.cryptoKeyEncrypterDecrypter on the key or the key ring, see
// [Cloud.GrantKey]. Calls are made by an owner who may create keys, change their states and grant them, but not encrypt
// with them; [As] makes the calls of another member. The clock is the computer's; [Cloud.Advance] moves it forward, so that
// rotations and destructions become due. Nothing changes the process unless [Cloud.Setenv] is called, so that any number
// of clouds run side by side.
//
// # Helpers
//
// Cloud's methods create keys, grants, buckets, datasets, tables, topics, instances, databases and stores through Google's
// clients, and read and write data. Names are full names as Google writes them: "gs://BUCKET/OBJECT",
// "PROJECT.DATASET.TABLE", "projects/PROJECT/topics/TOPIC". [Cloud.CreateJobResources] creates what a job with some
// options needs. A zero key creates a resource without one.
//
// # Clients
//
// [Cloud.ClientOptions] connects any of Google's clients to the cloud. Programs that make their clients themselves find
// it by the variables of [Cloud.Environ]. This module's packages honour all of them; of Google's clients:
//
//	service          variable                          honoured by Google's client
//	KMS              CLOUD_KMS_EMULATOR_HOST           no
//	Storage          STORAGE_EMULATOR_HOST             yes
//	Dataflow         DATAFLOW_EMULATOR_HOST            no
//	BigQuery         BIGQUERY_EMULATOR_HOST            no
//	BigQueryStorage  BIGQUERY_STORAGE_EMULATOR_HOST    no
//	PubSub           PUBSUB_EMULATOR_HOST              yes
//	Spanner          SPANNER_EMULATOR_HOST             yes
//	Bigtable         BIGTABLE_EMULATOR_HOST            yes
//	Datastore        DATASTORE_EMULATOR_HOST           yes
//	FirestoreAdmin   FIRESTORE_ADMIN_EMULATOR_HOST     no
//	Healthcare       HEALTHCARE_EMULATOR_HOST          no
//
// # Service agents
//
// [Agent] returns the e-mail address of the agent that must be granted a key:
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
// [Cloud.Ledger] lists every resource that was ever created: when, by which call, with which key or none. [WriteReport]
// prints it. [Cloud.Inject] makes calls slow or fail, lose their answer or break off. Methods have constants, such as
// [StorageObjectsInsert]; Inject panics for a method that no service has, and [Cloud.UnusedFaults] lists the faults that
// no call met. Google's clients retry many calls after a status such as 503, so that a fault of the first call alone may
// go unnoticed, as it should.
//
// # What is simplified
//
//   - IAM: only policies of keys and key rings exist, and grants have effect at once.
//   - Dataflow: jobs only go through their states unless [WithJobRunner] hands them to a runner, such as the one of
//     package prismrun, which runs what was staged in one process. [Cloud.Dataflow] sets their pace, messages and metrics.
//   - BigQuery: queries are SELECT from one table with WHERE, GROUP BY, aggregates, ORDER BY, LIMIT and parameters. For any
//     other query a test supplies the rows with [Cloud.SetQueryResult]; a query with neither is refused by name. Jobs end
//     within the call that creates them.
//   - Pub/Sub and Bigtable: data is that of Google's fakes pstest and bttest, with keys enforced in front of them.
//   - Spanner and Datastore: reads, commits and queries over one table or kind with comparisons; no other SQL or GQL.
//   - Cloud Storage: no customer-supplied encryption keys, ACLs or lifecycle rules.
//   - Quotas are those that a single request can exceed.
//
// The package documentation of each service, below internal, says more.
//
// # Errors
//
// Services answer the codes, reasons and texts of Google's, as far as they are documented. Helpers return an error that
// says what was to be done and to which resource, and wraps the client's.
//
// # Concurrency
//
// All methods may be used by many goroutines.
package emulator
