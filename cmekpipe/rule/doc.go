// Package rule defines findings, the common result of every check of this module: of a pipeline, of a plan, and of what
// exists in Google Cloud after a run.
//
//	findings, err := verify.Run(ctx, result.Plan)
//	if err != nil { … }
//	_ = rule.WriteText(os.Stdout, findings)
//	if err := findings.Err(); err != nil { … } // data outside the key, or nobody can tell
//
// A [Finding] names its [Rule] by an [ID], such as [NoKey], "CMEK021". An ID is never reused and its meaning never changes,
// so that alerts and suppressions may depend on it; [All] returns every rule, and [Explain] a page about one. The file
// .github/RULES.md lists them all.
//
// # Verdicts
//
// A [Verdict] keeps apart what is easily confused: a fault that was found, one that was ruled out, one that does not apply, and
// one that the check could not see, because the caller lacks a permission. The last is never reported as a fault; its detail names
// the permission, and its severity is at most a warning. Checks after a run are stricter: for them what can't be read is a fault
// of its own, [NoPermission] or [KeyUnknown].
//
// # Reports
//
// [WriteText] writes findings for a terminal, [WriteJSON] for programs. Package sarif, below this one, writes them for code scanning
// on GitHub and other readers of SARIF, and package htmlreport as a page for a browser.
//
// # Ranges of IDs
//
// [ID.Area] returns the subject of an ID's range:
//
//	CMEK001 to CMEK019  pipeline and plan: found by guard, plan and launch
//	CMEK020 to CMEK029  resources after a run: found by verify
//	CMEK030 to CMEK099  pipeline and plan, continued
//
// These ranges are reserved, and have no rules yet:
//
//	CMEK100 to CMEK149  options: contradictions that a program may allow
//	CMEK150 to CMEK199  source code: what a DoFn reaches
//	CMEK200 to CMEK229  Cloud KMS: keys, their versions and their state
//	CMEK230 to CMEK259  IAM: service agents, workers and the caller
//	CMEK260 to CMEK279  organization policy and APIs: constraints, and services that are off
//	CMEK280 to CMEK299  quota and cost: of operations with keys
//	CMEK300 to CMEK319  Cloud Storage: buckets of a launch
//	CMEK320 to CMEK339  BigQuery: datasets, tables and defaults
//	CMEK340 to CMEK349  Pub/Sub: topics
//	CMEK350 to CMEK359  Spanner: databases
//	CMEK360 to CMEK369  Bigtable: clusters
//	CMEK370 to CMEK379  Firestore and Datastore: databases
//	CMEK380 to CMEK389  Cloud Healthcare API: datasets
//	CMEK390 to CMEK399  Artifact Registry: repositories of images
//	CMEK400 to CMEK499  posture: versions, images, accounts, networks, the launching machine
//
// # Defaults
//
// A finding without a remedy of its own has its rule's, and one without a verdict is a fault. The zero Finding is invalid: its
// rule is not known, and so it counts as an error.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// [Findings.Err] returns [*cmekpipe.Error] values, joined, and Explain one with code NotFound. The writers return the errors of the
// writer that they got.
//
// # Concurrency
//
// Rules and findings are values. Every function may be called from any goroutine.
//
// # Testing
//
// Compare findings by rule, verdict and resource. Details are for people and may be worded better in a later version.
package rule

//go:generate go run ./internal/gen
