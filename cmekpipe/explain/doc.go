// Package explain says what an error of Google Cloud means for a pipeline that is encrypted with a Cloud KMS key, and what
// to type next. It holds the table of remedies for codes and for what services say about keys, so the same fault gets the same
// advice on a worker, at a launch and in a message that somebody pasted from the console. Errors of this module with a more
// exact hint have their own.
//
// Most people need [Text]:
//
//	e := explain.Text(message, key)
//	fmt.Println(e.Code, e.Err, e.Hint)
//
// [FindFault] reads only what a message says is wrong. [Remedy] advises on a [Case]: a code, the resource it is
// about, the key, and what the service said.
//
// # Commands
//
// A command in a remedy can be typed as it is wherever the resource, the key and the account are known. What is not known
// stands in capitals: VERSION, PROJECT_NUMBER, ACCOUNT.
//
// # Defaults
//
// Every field of a Case but Code may be empty. Without a key, a command names KEY, KEY_RING and LOCATION in its place.
//
// # Permissions
//
// None. The package calls no service and links the standard library only.
//
// # Errors
//
// [Text] returns KeyDenied, KeyDisabled, KeyNotFound, KeyUnusable, KeyUnreachable, KeyMismatch or LocationMismatch for a
// message about a key, Unavailable if the quota of Cloud KMS is used up, PreconditionFailed if an organization policy forbids
// the use of the key or its absence, an API is off or a billing account is closed, PermissionDenied if a VPC Service Controls
// perimeter forbids the call, Unsupported for a statement that BigQuery does not run with a key, InvalidOptions for a job graph
// that is too large, NoCredentials, and JobFailed for a message that it does not know. For an error of this module it returns
// the error's own code, which may be any.
//
// # Concurrency
//
// All functions may be called from several goroutines.
//
// # Testing
//
// Pass [Text] a message of the service as it stands in a log; no service is needed.
package explain
