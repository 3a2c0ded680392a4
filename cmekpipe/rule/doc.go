// Package rule defines findings, the common result of every check of this module: of a pipeline, of a plan, and of what
// exists in Google Cloud after a run.
//
//	findings, err := verify.Run(ctx, result.Plan)
//	if err != nil { … }
//	_ = rule.WriteText(os.Stdout, findings)
//	if err := findings.Err(); err != nil { … } // data outside the key, or nobody can tell
//
// A [Finding] names its [Rule] by an [ID], such as [NoKey], "CMEK021". An ID is never reused and its meaning never changes,
// so that alerts and suppressions may depend on it; [All] returns every rule.
//
// # Defaults
//
// A finding without a remedy of its own has its rule's. The zero Finding is invalid: its rule is not known, and so it
// counts as an error.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// [Findings.Err] returns [*cmekpipe.Error] values, joined. The writers return the errors of the writer that they got.
//
// # Concurrency
//
// Rules and findings are values. Every function may be called from any goroutine.
//
// # Testing
//
// Compare findings by rule and resource. Details are for people and may be worded better in a later version.
package rule
