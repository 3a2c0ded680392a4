// Package retryrunner runs Beam pipelines as Dataflow runs them in the worst case: every bundle may be attempted more
// than once, and each attempt may have written data before it failed.
//
// Prism runs each bundle once, so it can't show whether a connector duplicates or loses rows when a worker dies. Use
// [Run]:
//
//	err := retryrunner.Run(ctx, p, retryrunner.Config{Seed: 7, Bundles: 3, Failures: retryrunner.All()})
//
// # What it does
//
// The runner divides the pipeline into stages as Dataflow fuses them: consecutive DoFns run in one bundle, up to a
// grouping, a Reshuffle, a Flatten or a side input that isn't complete yet. It divides a stage's input into bundles.
// Each bundle first fails in some of the ways that the Config names and is then attempted until an attempt succeeds;
// only the output of that attempt is used. After a failure the rest of a bundle may be split in two, as Dataflow does
// when it splits work.
//
// DoFns and elements are encoded and decoded between stages as they are for a worker: an attempt shares no memory with
// another one, unless a worker would reuse its DoFns. Setup, StartBundle, FinishBundle and bundle finalizers are called
// as a worker calls them. Stages run on Beam's own execution units; one bundle runs at a time, so that a seed reproduces
// a run.
//
// Nothing is cleaned up after an attempt, as on a worker: Beam's harness drops the DoFns of a failed bundle without a call
// of Teardown and calls Teardown of no other, and a bundle's context ends when the worker does, not when the bundle fails.
//
// An attempt that fails without a planned failure is repeated, four times in all, as Dataflow does for bounded input;
// the error of the last attempt ends the run.
//
// # What it does not
//
// The runner refuses state, timers, splittable DoFns, merging windows, cross-language transforms and test streams
// before it runs anything. A grouping fires once for each window, when its input is complete, whatever the trigger.
// There are no metrics and no watermarks; side inputs must be in the global window or in the windows of the main input.
package retryrunner
