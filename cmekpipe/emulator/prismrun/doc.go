// Package prismrun runs the pipelines of jobs on the loopback Dataflow, for tests that check what a launched job writes
// and not only its states. [OnPrism] is for the option WithJobRunner of packages emulator and cmektest:
//
//	cloud := cmektest.NewCloud(t, cmektest.WithJobRunner(prismrun.OnPrism))
//
// The staged pipeline runs on Beam's Prism runner in the process of the test, and the staged worker binary in a process
// of its own, which finds the loopback cloud through its environment variables. The binary must run on this computer.
// States, messages and metrics of the job come from that run.
//
// # What it is not
//
// There are no containers and no Dataflow workers: one process runs everything, so autoscaling, machine types, disks,
// networks, service accounts and experiments have no effect. The job's key encrypts only what the sinks of the pipeline
// write with it. A job fails if it has a transform that Prism refuses: those that Dataflow runs itself, such as its
// Pub/Sub source and sink, and cross-language transforms. Drain waits for the end of the pipeline, because Prism can't
// drain.
//
// # Defaults
//
// There is nothing to set. Without this package a job on the loopback Dataflow only goes through its states.
//
// # Permissions
//
// None: the pipeline runs as the user of the test. Like every use of Prism, it listens on all network
// interfaces, without authentication, as long as the process runs.
//
// # Errors
//
// A job whose pipeline fails ends in JOB_STATE_FAILED, with the error among its messages.
//
// # Concurrency
//
// Any number of jobs may run at the same time.
//
// # Testing
//
// The package is for tests; the example launches a job, waits for it and reads what it wrote.
package prismrun
