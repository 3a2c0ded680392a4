// Package emulator is a Google Cloud on the loopback interface that enforces customer-managed keys: Cloud KMS, Cloud
// Storage, Dataflow, BigQuery, Pub/Sub, Spanner, Bigtable, Datastore and Healthcare, for Google's own Go clients, in one
// process, started in milliseconds. It is for tests: all of it is in memory and gone with [Cloud.Close], and it will grow
// stricter where Google turns out to be. A call that it doesn't serve answers UNIMPLEMENTED, never with a guess.
//
// Unit tests of pipelines need package cmektest, which wraps this one. Use [Start] for everything else: examples,
// TestMain, a test that shares one cloud among many.
//
// # Defaults
//
// A new cloud is empty. Access to keys is denied by default: a service encrypts only after its service agent, see
// [Agent], got roles/cloudkms.cryptoKeyEncrypterDecrypter on the key or the key ring. Calls come from an owner who may
// create keys, change their states and grant them, but not encrypt with them; [As] makes the calls of somebody else.
// Every project exists, and no project has a policy of its own. The cloud's clock is the computer's; [Cloud.Advance]
// moves it on, so that rotations and destructions fall due.
//
// # Clients
//
// [Cloud.ClientOptions] points a client at the cloud. Programs that make their clients themselves, such as workers,
// find it through the variables of [Cloud.Environ]. Nothing here sets variables or other state of the process, so any
// number of clouds run side by side.
//
// # Ledger and faults
//
// [Cloud.Ledger] lists every resource that was ever created, when, by which call, under which key or none.
// [Cloud.Inject] arranges that calls are slow, fail, lose their answer or break off. Google's clients try many calls
// again after a status such as 503, so that a fault of the first call alone may go unnoticed, as it should.
//
// # Jobs of Dataflow
//
// [Cloud.Jobs] is the hold that a test has on them: how fast they run, how late readers learn of them, what is stored and
// answered in place of what was asked, what they say and count. They only run through their states unless [WithJobs]
// hands them to a runner, such as the one in package prismrun, which runs what was staged.
//
// # Errors
//
// Calls fail with the codes, reasons and texts of Google's services, so far as they are documented. The packages
// below internal say which texts are Google's.
//
// # Concurrency
//
// All methods may be used by many goroutines.
//
// # More services
//
// A service is a row of the table in services.go: its name, the variable that clients find it by, and a constructor
// that takes the clock, ledger, faults and keys which all services share.
package emulator
