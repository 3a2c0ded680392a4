// Package cmektest gives a unit test a loopback Google Cloud that enforces customer-managed keys, and checks that
// everything that the test wrote there came to rest under the right one. It wraps package emulator for [testing.TB]: whatever goes
// wrong ends the test, and everything ends with it. Most tests need four calls:
//
//	cloud := cmektest.NewCloud(t)
//	key := cloud.Key("us-central1", "archive")
//	cloud.Bucket("archive", "us-central1", key)
//	… run the code under test …
//	cloud.RequireEncrypted(t, key)
//
// # Defaults
//
// Keys and buckets belong to [Project]. A key is usable by every service that encrypts,
// in that project, from the start; [Cloud.DenyKey] takes that back. [NewCloud] points the whole process at the cloud, so
// that pipelines on Beam's Prism runner and code that makes its own clients reach it without a change. Environment
// variables are shared by all tests of a process, which is why the testing package allows that in no parallel test; use
// [WithoutEnv] there and hand [emulator.Cloud.ClientOptions] to the code under test.
//
// # Errors
//
// Methods of [Cloud] report what goes wrong to the test that made it, and end it. [Cloud.RequireEncrypted] reports to
// the test that it is given and lets it go on.
//
// # Concurrency
//
// As with [testing.T], methods that may end the test belong in the goroutine that runs it.
package cmektest
