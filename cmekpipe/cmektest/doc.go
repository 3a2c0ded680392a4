// Package cmektest gives a unit test a loopback Google Cloud that enforces customer-managed keys, and checks that
// everything that the test wrote there is encrypted with the right one. It is package emulator for [testing.T]: whatever
// goes wrong ends the test, and everything ends with it. Most tests need four calls:
//
//	func TestMain(m *testing.M) { ptest.Main(m) } // for tests that run pipelines
//
//	func TestArchive(t *testing.T) {
//		cloud := cmektest.NewCloud(t)
//		key := cloud.CreateKey("us-central1", "archive")
//		cloud.CreateBucket("archive", "us-central1", key)
//		… run the code under test …
//		cloud.RequireEncrypted(t, key)
//	}
//
// Tests that run a Beam pipeline need beam.Init before it, which ptest.Main of
// github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest calls. Without it Beam says that the program forgot to call
// beam.Init.
//
// # Defaults
//
// Keys and buckets belong to [Project]. A key is granted to every service that encrypts, for that project;
// [Cloud.DenyKey] revokes that. [NewCloud] sets the variables of [emulator.Cloud.Environ] for the whole process, so that
// pipelines on Beam's Prism runner and code that makes its own clients reach the cloud without a change; package emulator
// lists which of Google's clients honour them. Environment variables are shared by all tests of a process, which is why
// the testing package forbids that in parallel tests: use [WithoutEnv] there, and hand [emulator.Cloud.ClientOptions] to
// the code under test.
//
// # Names
//
// Methods that create say so: CreateBucket, CreateTopic. XxxClient returns one of Google's clients. Read returns what is
// there, Pull also acknowledges it. Resources have their full names, as in "projects/PROJECT/topics/TOPIC" and
// "PROJECT.DATASET.TABLE", which the code under test uses too; only [Cloud.CreateKey] makes up the rest of a name.
//
// # Pub/Sub on Prism
//
// Prism has no Pub/Sub source of its own. Read a subscription with pubsubio.Pull and a limit, publish with
// [Cloud.PublishMessages], and read what a pipeline published with [Cloud.PullMessages].
//
// # Faults
//
// [Cloud.Inject] makes calls fail. A fault that no call met fails the test when it ends, since the test then proved
// nothing about it; [emulator.Fault].Optional allows it.
//
// # Errors
//
// Methods of [Cloud] report what goes wrong to the test that created it, and end it. [Cloud.RequireEncrypted] and
// [Cloud.RequireEncryptedByName] report to the test that they are given and let it go on.
//
// # Concurrency
//
// As with [testing.T], methods that may end the test belong in the goroutine that runs it.
package cmektest
