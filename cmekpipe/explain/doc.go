// Package explain says what an error of Google Cloud means for a pipeline that is encrypted with a Cloud KMS key, and what
// to type next. It holds the one table of remedies that all errors of this module take their hints from, so the same fault
// gets the same advice on a worker, at a launch and in a message that somebody pasted from the console.
//
// Most people need [Text]:
//
//	e := explain.Text(message, key)
//	fmt.Println(e.Code, e.Err, e.Hint)
//
// [FindKeyFault] reads only what a message says about a key. [Remedy] advises on a [Case]: a code, the resource it is
// about, the key, and what the service said.
//
// # Commands
//
// A command in a remedy can be typed as it is wherever the resource, the key and the account are known. What is not known
// stands in capitals: VERSION, PROJECT_NUMBER, ACCOUNT.
//
// # Permissions
//
// None. The package calls no service and links the standard library only.
//
// # Errors
//
// [Text] returns one of the codes about keys, NoCredentials, or JobFailed for a message it does not know.
//
// # Concurrency
//
// All functions may be called from several goroutines.
package explain
