package gcperr

import (
	"cmp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Where is what a remedy is for. Project and Region are those of the job, "" if nobody knows them.
type Where struct {
	Key             cmekpipe.KeyName
	Project, Region string
}

// Remedy says what to do about the fault of the key that the message names or, if it names none, of w's.
func (f KeyFault) Remedy(w Where) string {
	if f.Key.Valid() {
		w.Key = f.Key
	}
	return f.remedy(f, w)
}

// remedy words the advice for a kind of fault.
type remedy func(f KeyFault, w Where) string

func (w Where) name() string {
	if !w.Key.Valid() {
		return "the key"
	}
	return w.Key.String()
}

// versions is the command that does something to a version of the key.
func (f KeyFault) versions(w Where, verb string) string {
	number := "VERSION"
	if f.Version.Valid() {
		number = strings.TrimPrefix(f.Version.String(), f.Version.KeyName().String()+"/cryptoKeyVersions/")
	}
	return "gcloud kms keys versions " + verb + " " + number + " --key=" + w.id() + w.flags()
}

func (w Where) id() string {
	if !w.Key.Valid() {
		return "KEY"
	}
	return w.Key.ID()
}

func (w Where) flags() string {
	if !w.Key.Valid() {
		return " --keyring=KEY_RING --location=LOCATION --project=KEY_PROJECT"
	}
	return " --keyring=" + w.Key.KeyRing() + " --location=" + w.Key.Location() + " --project=" + w.Key.Project()
}

func enableVersion(f KeyFault, w Where) string {
	return "enable the primary version of " + w.name() + ", and the version that existing data rests under: " + f.versions(w, "enable") +
		"; a change takes up to three hours to spread, and a job that was cancelled for it has to be started again"
}

func restoreVersion(f KeyFault, w Where) string {
	return "take the destruction back while there is time, then enable the version: " + f.versions(w, "restore") + " && " + f.versions(w, "enable")
}

func replaceVersion(_ KeyFault, w Where) string {
	return "what rests under the destroyed version is lost, unless its material was imported and can be again; for new data make another primary: " +
		"gcloud kms keys versions create --primary --key=" + w.id() + w.flags()
}

func grant(f KeyFault, w Where) string {
	var commands []string
	for _, agent := range f.Agents {
		commands = append(commands, "gcloud kms keys add-iam-policy-binding "+w.id()+w.flags()+
			" --member=serviceAccount:"+agent+" --role=roles/cloudkms.cryptoKeyEncrypterDecrypter")
	}
	return "make sure that " + w.name() + " exists, and grant roles/cloudkms.cryptoKeyEncrypterDecrypter on it to " +
		f.agents(w) + and(": ", strings.Join(commands, " && "))
}

// agents says who they are.
func (f KeyFault) agents(w Where) string {
	owner := "the project that owns the resource"
	if len(f.Agents) > 1 {
		owner = cmp.Or(w.Project, "the job's project")
		return "the Dataflow and the Compute Engine service agent of " + owner
	}
	if len(f.Agents) == 1 && !strings.Contains(f.Agents[0], "PROJECT_NUMBER") {
		return f.Agents[0]
	}
	return "the service agent of " + owner
}

func enableOrGrant(f KeyFault, w Where) string { return enableVersion(f, w) + "; or " + grant(f, w) }

func moveKey(_ KeyFault, w Where) string {
	place := cmp.Or(w.Region, "the location of what it is to protect")
	if !w.Key.Valid() {
		return "use a key in " + place
	}
	return "use a key in " + place + "; " + w.name() + " is in " + w.Key.Location()
}

func findKey(_ KeyFault, w Where) string {
	return "check the spelling of " + w.name() + " and that it exists: gcloud kms keys describe " + w.id() + w.flags()
}

func enableAPI(_ KeyFault, w Where) string {
	project := "KEY_PROJECT"
	if w.Key.Valid() {
		project = w.Key.Project()
	}
	return "turn it on: gcloud services enable cloudkms.googleapis.com --project=" + project
}

func raiseQuota(_ KeyFault, w Where) string {
	return "have fewer jobs use " + w.name() + " at once, or ask for a higher quota of cryptographic requests in its project, which " +
		"HSM and external keys use up: https://console.cloud.google.com/apis/api/cloudkms.googleapis.com/quotas"
}

func grantExternal(_ KeyFault, w Where) string {
	return "give the Cloud EKM service agent of the project of " + w.name() + ", service-PROJECT_NUMBER@gcp-sa-ekms.iam.gserviceaccount.com, " +
		"access to the key in the external key manager; if Cloud KMS has disabled the version meanwhile, enable it or rotate the key"
}

func reachExternal(_ KeyFault, w Where) string {
	return "look whether the external key manager that holds " + w.name() + " is up and can be reached from Cloud KMS, over the " +
		"internet or the key's EKM connection; Dataflow has cancelled the job for good, so start it again afterwards"
}

func checkExternal(_ KeyFault, w Where) string {
	return "check the external key's URI or path that " + w.name() + " names, in Cloud KMS and in the external key manager"
}

func makeKey(_ KeyFault, w Where) string {
	return "use another key than " + w.name() + ", of purpose ENCRYPT_DECRYPT; a purpose can't be changed: " +
		"gcloud kms keys create NEW_KEY --purpose=encryption" + w.flags()
}

func spellKey(_ KeyFault, w Where) string {
	return "check the spelling of " + w.name() + ", that it is the whole name of a key and not of a version, and that its purpose is ENCRYPT_DECRYPT"
}

func otherTable(_ KeyFault, w Where) string {
	return "write to another table, or replace the table under " + w.name() + " with WRITE_TRUNCATE"
}

func askAdministrator(KeyFault, Where) string {
	return "use a key that the organization's policies allow, or have its administrator change them: " +
		"constraints/gcp.restrictNonCmekServices and constraints/gcp.restrictCmekCryptoKeyProjects"
}

// and returns text behind a separator, or nothing if there is no text.
func and(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}
