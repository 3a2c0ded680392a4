// Package insecure defines waivers: each allows a launch one thing that is refused otherwise because Google Cloud may store data
// outside the customer's key, or because code that nobody verified may run.
//
//	result, err := launch.Run(ctx, opts, p,
//		launch.WithWaivers(insecure.AllowBucketWithoutDefaultKey("EX-211: the bucket is emptied by the job, agreed until March")))
//
// A review finds every waiver of a program by searching for imports of this package. A waiver does not hide anything: what it
// allows is a finding of the plan, with the reason, and a warning in the log.
//
// # Defaults
//
// Nothing is waived. The zero Waiver waives nothing and is refused.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// A waiver without a reason is refused by the launch, with code InvalidOptions.
//
// # Concurrency
//
// Waivers are values, and may be used by several goroutines at once.
//
// # Testing
//
// The loopback cloud of package cmektest refuses and allows what Google Cloud does, so that a test shows whether a waiver is
// needed.
package insecure
