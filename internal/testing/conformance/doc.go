// Package conformance is the suite of cases that every connector of this module passes.
//
// A connector describes itself in a [Harness] and calls [Run] from a test of its own:
//
//	func TestConformance(t *testing.T) { conformance.Run(t, sinks.TextIO()) }
//
// # What it promises
//
// Each case sets a scene in a loopback cloud of its own, runs a pipeline on Prism or package retryrunner over
// Google's clients, and judges the error, the ledger of the cloud and what can be read at the destination. A scene differs from the good one, which must
// pass first, only in the fields that the case tells of, and the case fails if that is not so. A connector that passes
//
//   - creates nothing but under the key that the destination names, because the call itself says so;
//   - refuses a destination that rests under another key or none, by name and before anything is written;
//   - fails with the right code under a key that is disabled, denied, scheduled for destruction or destroyed, before the
//     run or in the middle of it, and then shows all rows or none;
//   - tries again after 429, 503, a lost and a cut answer, and loses nothing then, nor doubles anything if it promises
//     that; ends with PermissionDenied where it is forbidden to write;
//   - takes no row, many, and one that is as large as the service allows, and names that are hard to carry;
//   - ends when the context does, and a fresh run then makes everything whole;
//   - loses nothing, nor doubles anything if it promises that, when bundles are abandoned, when their results get lost, and
//     when they finish late (package retryrunner);
//   - is seen by guard, with its destination and key, and by verify.Run, which tells when something else lies there;
//   - makes the same graph each time it is built, so that all that is drawn by chance is drawn by each run for itself: what
//     was staged once is found again, and jobs of one template share nothing;
//   - keeps user data out of errors and out of the ledger.
//
// # How a connector joins
//
// Write a function that returns its Harness to a file of its own in package sinks, list it in sinks.All, and call Run in
// the connector's package, whose TestMain calls flag.Parse and beam.Init. Fields that loosen a promise, such as
// [Harness.Partial], hold the reason as a sentence; the rest is strict by default.
//
// # Flags
//
// -conformance.rows is the number of rows in the case of many small ones: 20,000 unless said otherwise.
//
// # Race detector
//
// Beam's worker has a race of its own, which shows now and then where a pipeline fails. The race detector passes over that
// one, and counts it, with
//
//	GORACE="suppressions=$PWD/internal/testing/conformance/beam.supp print_suppressions=1" go test -race ./...
package conformance
