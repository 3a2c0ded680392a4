// Package sarif writes findings as SARIF 2.1.0, the format that code scanning on GitHub and other readers of analysis results
// accept.
//
//	err := sarif.Write(file, findings, sarif.WithFile("cmd/nightly/main.go"), sarif.WithCategory("nightly"))
//
// # What is written
//
// Faults are results of level error, warning or note. What could not be seen is a result of kind open, which SARIF defines for that.
// Findings that passed or do not apply are only counted, in the run's property summary: GitHub shows every result as an alert,
// whatever its kind.
//
// Buckets, tables and transforms are no files, but GitHub shows only results that have one. All results are therefore located in
// line 1 of the file that [WithFile] names, with the resource as logical location. Each result has a fingerprint of its rule and its
// resource, by which GitHub recognizes it in the next run, and by which it keeps results in the same line apart. GitHub's action for
// uploads warns that it would compute another one from the line, and keeps this one.
//
// # Limits
//
// GitHub refuses a file with more than 25,000 results or 10 MB after compression. Write leaves out the least severe results above
// that, and says in a notification of the run how many. Long texts are cut.
//
// # Defaults
//
// Without WithFile results are located in go.mod. Without [WithCategory] GitHub gives all runs of a workflow's job one category, and
// a run replaces the results of the run before it.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// Write returns the errors of the writer that it got, and one with code InvalidOptions for a file outside the repository.
//
// # Concurrency
//
// Write may be called from any goroutine.
//
// # Testing
//
// The output of the same findings and options is always the same.
package sarif
