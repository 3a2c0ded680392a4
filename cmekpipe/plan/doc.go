// Package plan defines what a launch does, or would do: the job, the files that it stages, every destination with its key, and
// findings. A [Plan] is data: it prints as text, travels as JSON, and serves package verify after the run.
//
//	p, err := launch.Plan(ctx, opts, pipeline)
//	if err != nil { … }
//	fmt.Print(p)
//	if err := p.Findings.Err(); err != nil { … }
//
// launch.Plan makes a Plan without calling a service. launch.Run returns the Plan of what it did in its Result, and with
// --dry_run (Config.DryRun) it prints the one of launch.Plan and stops.
//
// # What is in a print
//
// Neither text nor JSON holds values of beam.PipelineOptions or constants of the pipeline. Of the pipeline options, those of
// this module are printed with values, the program's own by name only. [Plan.Request] holds all of them: don't print it.
//
// # Defaults
//
// The zero Plan is invalid: it has no runner, String says so, and MarshalJSON and package verify refuse it.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// MarshalJSON and UnmarshalJSON return a [*cmekpipe.Error] with code InvalidOptions for a plan that nothing can be compared
// with: of another version or runner, or without a key, a kind or a name.
//
// # Concurrency
//
// A Plan may be read by several goroutines at once.
//
// # Testing
//
// Compare the text or the JSON with a golden file: the same pipeline and options always give the same, as long as the options
// have a job name and a worker binary.
package plan
