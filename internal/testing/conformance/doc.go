// Package conformance is the suite of cases that every connector of this module must pass.
//
// A connector describes itself in a [Harness] and calls [Run] from a test of its own:
//
//	func TestConformance(t *testing.T) { conformance.Run(t, textsink.Write()) }
//
// # Guarantees
//
// Each case sets a scene in a new loopback cloud, runs a pipeline over Google's clients, and checks the error, the ledger
// of the cloud and the data at the destination. A case's scene differs from the good one, which must pass first, only in
// the fields that the case declares. A connector that passes
//
//   - creates only resources that are encrypted with the destination's key, because the call itself names it;
//   - refuses a destination that is encrypted with another key or none, by name and before it writes anything;
//   - fails with the right code if the key is disabled, denied, scheduled for destruction or destroyed, before or
//     during the run, and then shows all rows or none;
//   - retries after 429, 503, a lost and a truncated answer, and then loses no row, and duplicates none if it
//     guarantees that; fails with PermissionDenied if a write is forbidden;
//   - accepts no rows, many rows, a row of the maximum size of the service, and destination names that are hard to
//     encode;
//   - ends when the context does, and a repeated run then completes the data;
//   - loses no row, and duplicates none if it guarantees that, when bundles are abandoned, when their results get lost, when
//     two attempts run at the same time, when attempts end late, even after the run, and when workers die or hang between any
//     two calls (package retryrunner);
//   - does what [Harness.Second] says when a second run follows, runs at the same time or reads the rest of a drained one,
//     also if bundles of the first run end after it;
//   - is found by guard, with its destination and key, and by verify.Run, which reports another resource in its place;
//   - builds the same graph each time, so that all random values are chosen during the run: a staged pipeline can be
//     found again, and jobs of one template share no names;
//   - keeps user data out of errors and out of the ledger.
//
// # Runners
//
// Package retryrunner runs the cases. It encodes functions, and elements between stages, as for workers on other machines.
// It attempts a bundle once if the run must succeed, so that no repeated attempt hides a connector that does not retry, and
// four times if the run must fail, so that none of the attempts may write.
//
// Prism, a portable runner with a job service and the worker that Dataflow's jobs have, runs the good case, the many and
// the huge rows, a cancelled run, one with a disabled key, whose error is then found in the runner's text, and that of
// verify. It does not run all cases, because it needs a whole core for as long as a sink waits for its service.
//
// # Adding a connector
//
// Write a function that returns the connector's Harness in a package of its own in sinks, so that the tests of a connector
// link no other one, list it in the test of randomised pipelines, and call Run in the connector's package, whose TestMain
// calls flag.Parse and beam.Init. Fields that relax a
// guarantee, such as [Harness.Partial], contain the reason as a sentence; all other checks are strict.
//
// A connector that reads and stores temporary data describes itself in a [Source] and calls [RunSource].
//
// # Flags
//
// -conformance.rows is the number of rows in the case of many small ones. The default is 20,000.
//
// -conformance.portable runs all cases on Prism, except for those in which bundles are attempted several times. With Beam's
// flags -endpoint and -environment_type they run on the job service of another portable runner.
//
// -conformance.failures is the number of failed bundles after which [RunLeaks] counts what is left. The default is 1,000; this
// counts after 10,000:
//
//	go test ./cmekpipe/io/spannerio -run TestFailedBundlesLeakNothing -conformance.failures 10000
//
// # Race detector
//
// Beam's worker has a data race, which sometimes shows when a pipeline fails. With the following command the race
// detector suppresses and counts it:
//
//	GORACE="suppressions=$PWD/internal/testing/conformance/beam.supp print_suppressions=1" go test -race ./...
package conformance
