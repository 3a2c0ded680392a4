package gcperr

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// hint says what to do about a failure.
func hint(code cmekpipe.Code, resource string, key cmekpipe.KeyName) string {
	name := key.String()
	if name == "" {
		name = "the key"
	}
	switch code {
	case cmekpipe.KeyDisabled:
		return "enable the primary version of " + name + ", and the version that existing data rests under; a change takes up to three hours to spread"
	case cmekpipe.KeyDenied:
		return "grant roles/cloudkms.cryptoKeyEncrypterDecrypter on " + name + " to the service agent of the project that owns " + resource
	case cmekpipe.KeyNotFound:
		return "check the spelling of " + name + " and that its project has Cloud KMS enabled"
	case cmekpipe.KeyUnusable:
		return "use a symmetric key of purpose ENCRYPT_DECRYPT, by its key name, not " + name
	case cmekpipe.KeyUnreachable:
		return "look at the external key manager that holds " + name + " and at Cloud KMS's way to it"
	case cmekpipe.LocationMismatch:
		return "use a key in the location of " + resource + "; " + name + " is in " + key.Location()
	case cmekpipe.NotFound:
		return "create " + resource + " first; nothing is created without a key on your behalf"
	case cmekpipe.PermissionDenied:
		return "grant the caller access to " + resource
	case cmekpipe.PreconditionFailed:
		return "look whether " + resource + " was changed by someone else, and at the organization's policies"
	case cmekpipe.Unavailable:
		return "run again; if it stays, look at the service's status"
	}
	return ""
}
