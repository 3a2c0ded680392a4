// Package job describes jobs on Dataflow: what a launch returns, and what is needed to watch, drain or cancel a job later.
//
//	result, err := launch.Run(ctx, opts, p)
//	…
//	fmt.Println(result.Job.State, result.Job.ConsoleURL())
//
// A program that did not launch the job itself fills the fields in:
//
//	err := launch.Watch(ctx, &job.Job{ID: id, Project: "bank-prod", Region: "us-central1", Key: key})
//
// # Defaults
//
// The zero Job is invalid: launch.Watch, launch.Drain and launch.Cancel refuse it. The zero State is that of a job that was
// not read yet.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// No function fails.
//
// # Concurrency
//
// Jobs are values. A Job that a function follows is written to until the function returns.
//
// # Testing
//
// Jobs can be compared with ==.
package job
