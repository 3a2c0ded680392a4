package explain

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// advice words the remedy for a kind of key fault.
type advice func(f Fault, c Case) string

// granted is what people who just made a grant need to know.
// Source: https://docs.cloud.google.com/iam/docs/access-change-propagation.
const granted = "; a grant takes effect after two minutes, sometimes after seven or more"

const encrypterDecrypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// keyText names the key of a case.
func keyText(c Case) string {
	if !c.Key.Valid() {
		return "the key"
	}
	return c.Key.String()
}

// keyID and keyFlags name the key of a case in a gcloud command.
func keyID(c Case) string {
	if !c.Key.Valid() {
		return "KEY"
	}
	return c.Key.ID()
}

func keyFlags(c Case) string {
	if !c.Key.Valid() {
		return " --keyring=KEY_RING --location=LOCATION --project=KEY_PROJECT"
	}
	return " --keyring=" + c.Key.KeyRing() + " --location=" + c.Key.Location() + " --project=" + c.Key.Project()
}

// versions is the command that applies a verb to a version of the key.
func (f Fault) versions(c Case, verb string) string {
	number := "VERSION"
	if f.Version.Valid() {
		number = strings.TrimPrefix(f.Version.String(), f.Version.KeyName().String()+"/cryptoKeyVersions/")
	}
	return "gcloud kms keys versions " + verb + " " + number + " --key=" + keyID(c) + keyFlags(c)
}

// listVersions is the command that shows which versions a key has and their states, where the message names no version.
func (f Fault) listVersions(c Case) string {
	if f.Version.Valid() {
		return ""
	}
	return "; the versions and their states: gcloud kms keys versions list --key=" + keyID(c) + keyFlags(c)
}

func enableVersion(f Fault, c Case) string {
	return "enable the primary version of " + keyText(c) + ", and the version that existing data is encrypted with: " +
		f.versions(c, "enable") + " (a version that is scheduled for destruction first needs: " + f.versions(c, "restore") + ")" +
		f.listVersions(c) + "; a change takes up to three hours to spread, and a job that was cancelled for it must be started again"
}

func restoreVersion(f Fault, c Case) string {
	return "restore the version before its destruction time, then enable it: " + f.versions(c, "restore") + " && " + f.versions(c, "enable") +
		f.listVersions(c)
}

func replaceVersion(_ Fault, c Case) string {
	return "what is encrypted with the destroyed version is lost, unless the version's key material was imported and can be " +
		"imported again; for new data create another primary version: gcloud kms keys versions create --primary --key=" + keyID(c) + keyFlags(c)
}

func awaitVersion(f Fault, c Case) string {
	return "wait until the version is enabled, which takes minutes for a key in an HSM: " + f.versions(c, "describe") + f.listVersions(c)
}

func importVersion(f Fault, c Case) string {
	return "import the key material: " + f.versions(c, "import") + " --import-job=IMPORT_JOB --algorithm=google-symmetric-encryption " +
		"--target-key-file=FILE; or make an enabled version the primary one: gcloud kms keys set-primary-version " + keyID(c) +
		" --version=VERSION" + keyFlags(c) + f.listVersions(c)
}

func createVersion(_ Fault, c Case) string {
	return "create another primary version: gcloud kms keys versions create --primary --key=" + keyID(c) + keyFlags(c)
}

func grant(f Fault, c Case) string {
	var commands []string
	for _, agent := range f.Agents {
		commands = append(commands, "gcloud kms keys add-iam-policy-binding "+keyID(c)+keyFlags(c)+
			" --member=serviceAccount:"+agent+" --role="+encrypterDecrypter)
	}
	return "make sure that " + keyText(c) + " exists, and grant " + encrypterDecrypter + " on it to " +
		f.agents(c) + after(": ", strings.Join(commands, " && ")) + granted
}

// agents names the service agents that need the key.
func (f Fault) agents(c Case) string {
	if len(f.Agents) > 1 {
		return "the Dataflow and the Compute Engine service agent of " + cmp.Or(c.Project, "the job's project")
	}
	if len(f.Agents) == 1 && !strings.Contains(f.Agents[0], "PROJECT_NUMBER") {
		return f.Agents[0]
	}
	return "the service agent of the project that owns " + cmp.Or(c.Resource, "the resource")
}

func enableOrGrant(f Fault, c Case) string { return enableVersion(f, c) + "; or " + grant(f, c) }

func moveKey(_ Fault, c Case) string {
	place := cmp.Or(c.Region, "the location of "+cmp.Or(c.Resource, "the resource"))
	if !c.Key.Valid() {
		return "use a key in " + place
	}
	return "use a key in " + place + "; " + keyText(c) + " is in " + c.Key.Location()
}

func findKey(_ Fault, c Case) string {
	return "check the spelling of " + keyText(c) + " and that it exists: gcloud kms keys describe " + keyID(c) + keyFlags(c)
}

func enableAPI(_ Fault, c Case) string {
	project := "KEY_PROJECT"
	if c.Key.Valid() {
		project = c.Key.Project()
	}
	return "enable the Cloud KMS API: gcloud services enable cloudkms.googleapis.com --project=" + project
}

func raiseQuota(_ Fault, c Case) string {
	return "let fewer jobs use " + keyText(c) + " at once, or request a higher quota of cryptographic requests for its project, which " +
		"HSM and external keys count against: https://console.cloud.google.com/apis/api/cloudkms.googleapis.com/quotas"
}

func grantExternal(_ Fault, c Case) string {
	return "in the external key manager, allow the Cloud EKM service agent of the project of " + keyText(c) +
		", service-PROJECT_NUMBER@gcp-sa-ekms.iam.gserviceaccount.com, to use the key; if Cloud KMS has disabled the version meanwhile, " +
		"enable it or rotate the key"
}

func reachExternal(_ Fault, c Case) string {
	return "check that the external key manager that holds " + keyText(c) + " is running and can be reached from Cloud KMS, over the " +
		"internet or the key's EKM connection; start a Dataflow job that was cancelled for it again afterwards"
}

func checkExternal(_ Fault, c Case) string {
	return "compare the external key's URI or path in " + keyText(c) + " with the external key manager: gcloud kms keys versions list --key=" +
		keyID(c) + keyFlags(c)
}

func makeKey(_ Fault, c Case) string {
	return "use a key of purpose ENCRYPT_DECRYPT instead of " + keyText(c) + "; the purpose of a key never changes: " +
		"gcloud kms keys create NEW_KEY --purpose=encryption" + keyFlags(c)
}

func spellKey(_ Fault, c Case) string {
	return "check that " + keyText(c) + " is the full name of a key, not of a key version, and that its purpose is ENCRYPT_DECRYPT: " +
		"gcloud kms keys describe " + keyID(c) + keyFlags(c)
}

func otherTable(_ Fault, c Case) string {
	return "write to another table, or replace the table with one that has " + keyText(c) + ": WRITE_TRUNCATE"
}

func askAdministrator(Fault, Case) string {
	return "use a key that the organization's policies allow, or ask their administrator to change them: " +
		"constraints/gcp.restrictNonCmekServices and constraints/gcp.restrictCmekCryptoKeyProjects"
}

func rewriteObject(_ Fault, c Case) string {
	return "leave the key out of the metadata of an object that exists; to give it another key, rewrite it: " +
		"gcloud storage objects update " + cmp.Or(c.Resource, "gs://BUCKET/OBJECT") + " --encryption-key=" + cmp.Or(c.Key.String(), "KEY")
}

func moveResource(_ Fault, c Case) string {
	return "use datasets and buckets that are all in one location, with a key in that location" + after("; this is about ", c.Resource)
}

func onlySelect(Fault, Case) string {
	return "use a single SELECT statement, whose result gets the key; create and change tables outside the pipeline"
}

func shrinkGraph(Fault, Case) string {
	return "read large data from files instead of embedding it in the pipeline, as beam.Create and textio.Immediate do, or split the job: " +
		"a request may have 20 MB, and the graph in it 10 MB"
}

// perimeterID finds the id of a violation of a perimeter.
var perimeterID = regexp.MustCompile(`vpcServiceControlsUniqueIdentifier: ([\w-]+)`)

func findPerimeter(_ Fault, c Case) string {
	id := "UNIQUE_ID"
	if found := perimeterID.FindStringSubmatch(c.Message); found != nil {
		id = found[1]
	}
	return "ask the administrator of the VPC Service Controls perimeter to let this call in; a role does not help. The violation is " + id +
		": gcloud logging read 'protoPayload.metadata.vpcServiceControlsUniqueId=\"" + id + "\"'" + after(" --project=", project(c))
}

// What a message about an API that is off names.
var (
	disabledAPI     = regexp.MustCompile(`\b([a-z]+\.googleapis\.com)\b`)
	disabledProject = regexp.MustCompile(`in project ([0-9]+)\b`)
)

func enableService(_ Fault, c Case) string {
	service, in := "SERVICE.googleapis.com", cmp.Or(project(c), "PROJECT")
	if found := disabledAPI.FindStringSubmatch(c.Message); found != nil {
		service = found[1]
	}
	if found := disabledProject.FindStringSubmatch(c.Message); found != nil {
		in = found[1]
	}
	return "enable the API and wait some minutes: gcloud services enable " + service + " --project=" + in
}

func enableBilling(_ Fault, c Case) string {
	p := cmp.Or(project(c), "PROJECT")
	return "link the project to a billing account that is open: gcloud billing projects link " + p + " --billing-account=ACCOUNT_ID"
}

// after returns text behind a separator, or nothing if there is no text.
func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

// agentOf returns the service agent that uses keys for resources of a kind, "" if the kind has none.
func agentOf(k kind) string {
	prefix, domain, ok := strings.Cut(k.agent, "@")
	if !ok {
		return ""
	}
	return prefix + "-PROJECT_NUMBER@" + domain + ".iam.gserviceaccount.com"
}

// faultOf is what an error's code alone says about a key, for a service that says no more.
func faultOf(c Case) Fault {
	f := Fault{Code: c.Code}
	if agent := agentOf(kindOf(c.Resource)); agent != "" {
		f.Agents = []string{agent}
	}
	return f
}

// keyRemedy is the remedy for a code that is about the key itself; it reports false for other codes.
func keyRemedy(c Case) (string, bool) {
	advise := map[cmekpipe.Code]advice{
		cmekpipe.KeyDisabled: enableVersion, cmekpipe.KeyDenied: grant, cmekpipe.KeyNotFound: findKey,
		cmekpipe.KeyUnusable: makeKey, cmekpipe.KeyUnreachable: reachExternal, cmekpipe.LocationMismatch: moveKey,
	}[c.Code]
	if advise == nil {
		return "", false
	}
	return advise(faultOf(c), c), true
}
