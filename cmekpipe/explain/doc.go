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
// [Text] returns an error with one of these codes:
//
//	KeyDenied, KeyDisabled, KeyNotFound, KeyUnusable, KeyUnreachable, KeyMismatch, LocationMismatch
//	                    the message is about a key
//	Unavailable         the quota of Cloud KMS is used up
//	PreconditionFailed  an organization policy forbids the use of the key or its absence, an API is off, or a billing account is closed
//	PermissionDenied    a VPC Service Controls perimeter forbids the call
//	Unsupported         BigQuery does not run the statement with a key
//	InvalidOptions      the job graph is too large
//	NoCredentials       Google's client found no credentials
//	JobFailed           the message is none of these
//
// For the text of an error of this module it returns that error's own code, which may be any.
//
// # Concurrency
//
// All functions may be called from several goroutines.
//
// # Testing
//
// Pass [Text] a message of the service as it stands in a log; no service is needed.
package explain
