// Package retryrunner runs Beam pipelines the way that Dataflow runs them on a bad day: every bundle may be attempted
// more than once, and each attempt may have written before it came to nothing.
//
// Prism runs each bundle once, so that it can't show whether a connector doubles rows, or loses some, when a worker
// dies. [Run] is what tests use:
//
//	err := retryrunner.Run(ctx, p, retryrunner.Config{Seed: 7, Bundles: 3, Failures: retryrunner.All()})
//
// # What it does
//
// The pipeline is cut into stages as Dataflow fuses them: DoFns that follow each other run in one bundle, up to a
// grouping, a Reshuffle, a Flatten or a side input that isn't complete yet. A stage's input is cut into bundles. Each
// bundle meets some of the failures that the Config names and is then attempted until an attempt is kept, whose output
// alone goes on. The rest of a bundle may be cut in two after a failure, as Dataflow does when it splits work.
//
// DoFns and elements are encoded and decoded between stages as they are on the way to a worker: an attempt shares no
// memory with another one, unless a worker would reuse its DoFns. Setup, StartBundle, FinishBundle, Teardown and bundle
// finalizers are called as a worker calls them. Stages run on Beam's own execution units; one bundle runs at a time, so
// that a seed gives the same run again.
//
// An attempt that fails by itself is tried again, four times in all, as Dataflow does for bounded input; the error of
// the last attempt ends the run.
//
// # What it does not
//
// State, timers, splittable DoFns, merging windows, cross-language transforms and test streams are refused before
// anything runs. A grouping fires once for each window, when all input is there, whatever the trigger says. There are no
// metrics and no watermarks; side inputs must be in the global window or in windows like those of the main input.
package retryrunner
