// Package prismrun runs the pipelines of the loopback Dataflow's jobs, for tests of launches that want to see what a job
// writes and not only its states. [OnPrism] is for the option WithJobRunner of packages emulator and cmektest:
//
//	cloud := cmektest.NewCloud(t, cmektest.WithJobRunner(prismrun.OnPrism))
//
// The staged pipeline runs on Beam's runner Prism in the process of the test, the staged worker binary in a process of its
// own, which finds the loopback cloud by its variables. The binary must be one for this computer. States, messages and
// metrics of the job come from that run.
//
// # What it is not
//
// There are no containers and no workers of Dataflow: one process runs everything, so autoscaling, machine types, disks,
// networks, service accounts and experiments have no effect, and the job's key protects nothing beyond what the pipeline's own
// sinks write with it. Prism refuses transforms that Dataflow runs itself, such as its Pub/Sub source and sink, and
// transforms of other SDKs; a job with one fails. Drain waits for the end of the pipeline, as Prism can't drain.
//
// # Concurrency
//
// Any number of jobs run side by side.
package prismrun
