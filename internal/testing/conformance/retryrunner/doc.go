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
// a run, unless a [Twin] is asked for.
//
// Nothing is cleaned up after an attempt, as on a worker: Beam's harness drops the DoFns of a failed bundle without a call
// of Teardown and calls Teardown of no other, and a bundle's context ends when the worker does, not when the bundle fails.
//
// An attempt that fails without a planned failure is repeated, four times in all, as Dataflow does for bounded input;
// the error of the last attempt ends the run.
//
// # Attempts that end late
//
// [Late] and [Suspended] attempts go on after another attempt at their bundle succeeded, even after the run. [Start] returns
// when the run has succeeded, and [Rest.Finish] lets them end, so that a test can read the destination, or run another
// pipeline, before they do:
//
//	rest, err := retryrunner.Start(ctx, p, config) // the job ends
//	err = retryrunner.Run(ctx, next, config)       // the next job writes to the same destination
//	err = rest.Finish(ctx)                         // a worker of the first job that hung goes on
//
// # Attempts that stop between two calls
//
// [Killed] and [Suspended] attempts stop before a call to a service. The runner marks the calls of each attempt with a
// [Header], and [Config.Cloud] reports them. To stop an attempt at each of its calls, count [Config.Call] up from 1 until
// [Rest.Stopped] returns 0.
//
// A call that stopped waits in the service, with what the client sent, until the attempt goes on. If it was killed, the call
// and all later ones fail without an effect, also those that clean up.
//
// # Two runs, and a drained one
//
// A second job is another call of Run, after the first one or at the same time. A job that is drained stops to read, ends its
// windows with what it has read, and finishes its bundles: run a pipeline over the first part of the input, and then another
// one over the rest, for the same destination.
//
// # What it does not
//
// The runner refuses state, timers, splittable DoFns, merging windows, cross-language transforms and test streams
// before it runs anything. A grouping fires once for each window, when its input is complete, whatever the trigger.
// There are no metrics and no watermarks; side inputs must be in the global window or in the windows of the main input.
package retryrunner
