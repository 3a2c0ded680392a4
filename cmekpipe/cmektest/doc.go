// Package cmektest gives a unit test a loopback Google Cloud that enforces customer-managed keys, and checks that the
// code under test encrypted everything it wrote with the right key. It adapts package emulator to [testing.T]: a
// failure ends the test; the cloud stops when the test does. Most tests need four calls:
//
//	func TestMain(m *testing.M) { ptest.Main(m) } // for tests that run pipelines
//
//	func TestArchive(t *testing.T) {
//		cloud := cmektest.NewCloud(t)
//		key := cloud.CreateKey("us-central1", "archive")
//		cloud.CreateBucket("archive", "us-central1", cmekpipe.KeyName{}) // no default key, which would hide a sink without one
//		… run the code under test …
//		cloud.RequireEncrypted(t, key)
//	}
//
// Tests that run a Beam pipeline must call beam.Init first. Function ptest.Main of
// github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest does so; without it Beam fails with a message about
// beam.Init.
//
// # Defaults
//
// Keys and buckets belong to [Project]. [NewCloud] sets the variables of [emulator.Cloud.Environ] for the whole
// process, so that pipelines on Beam's Prism runner and this module's packages connect to the cloud. Package emulator
// lists the variables and which of Google's clients honour them. The testing package forbids a change of the
// environment in parallel tests: use [WithoutEnv] there, and pass [emulator.Cloud.ClientOptions] to the code under
// test.
//
// Beam's Prism, which runs pipelines in the test's own process, listens on all network interfaces without authentication. On a
// machine that others can reach, test behind a firewall or with the runner "direct".
//
// # Permissions
//
// [Cloud.CreateKey] grants the key to the service agents of [Project] for every service that encrypts. [Cloud.DenyKey]
// revokes the grant, and [emulator.Agent] returns the addresses of agents. The test itself may administer keys but not
// encrypt or decrypt with them; [emulator.As] makes calls to Cloud KMS as another member.
//
// # Names
//
// Methods that create a resource are named CreateX, and methods that return one of Google's clients XClient. Read
// methods return data, Pull also acknowledges it. Resources have full names, as in "projects/PROJECT/topics/TOPIC" and
// "PROJECT.DATASET.TABLE"; only [Cloud.CreateKey] accepts a short name.
//
// # Pub/Sub on Prism
//
// Prism has no Pub/Sub source. Read a subscription with pubsubio.Pull and a limit, publish with
// [Cloud.PublishMessages], and read a pipeline's messages with [Cloud.PullMessages].
//
// # Faults
//
// [Cloud.Inject] makes calls fail. A fault that no call met fails the test when it ends, because the test proved
// nothing about the fault; set [emulator.Fault].Optional to allow it.
//
// # Errors
//
// Methods of [Cloud] report errors to the test that created it and end that test. [Cloud.RequireEncrypted] and
// [Cloud.RequireEncryptedByName] report to their own t, and let it continue.
//
// # Concurrency
//
// As with [testing.T], call methods that may end the test only in the goroutine of the test.
//
// # Testing
//
// The package is for tests. [emulator.Cloud], which Cloud embeds, serves programs that are no tests.
package cmektest
