package cmekpipe_test

import (
	"flag"
	"maps"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// badInput is a command line that differs from a good one in some flags, and what its one fault says. The hint is an
// action that works as typed: it contains advice, and the command line with the fixes instead is accepted.
type badInput struct {
	name   string
	flags  fields
	code   cmekpipe.Code
	field  string
	reason string
	advice string
	fixes  fields
}

const keyHint = "write " + goodKey

func badKeyInputs() []badInput {
	key := func(name, value, reason, advice string, fixes fields) badInput {
		return badInput{name, fields{"dataflow_kms_key": value}, cmekpipe.InvalidName, "dataflow_kms_key", reason, advice, fixes}
	}
	fixed := fields{"dataflow_kms_key": goodKey}
	const create = "gcloud kms keyrings create dataflow --location=us-east4 --project=bank-keys && " +
		"gcloud kms keys create pipelines --purpose=encryption --keyring=dataflow --location=us-east4 --project=bank-keys"
	global := badInput{"global key", fields{"dataflow_kms_key": keyIn("global"), "region": "us-east4"}, cmekpipe.LocationMismatch,
		"dataflow_kms_key", "Dataflow accepts no other", create, fields{"dataflow_kms_key": keyIn("us-east4")}}
	upper := global
	upper.name, upper.code, upper.reason = "multi-region key in upper case", cmekpipe.InvalidName, "want it in lower case"
	upper.flags = fields{"dataflow_kms_key": keyIn("US"), "region": "us-east4"}
	return []badInput{
		global, upper,
		key("misspelt location", keyIn("us-centrall"), "no such location is known, did you mean us-central1?", keyHint, fixed),
		key("region of another cloud", keyIn("us-central-1"), "no such location is known, did you mean us-central1?", keyHint, fixed),
		key("region with a digit too many", keyIn("us-central11"), "no such location is known, did you mean us-central1?", keyHint, fixed),
		key("new region", keyIn("europe-north9"), "no such location is known", "if europe-north9 is a new region, set region to europe-north9",
			fields{"dataflow_kms_key": keyIn("europe-north9"), "region": "europe-north9"}),
		key("unknown location", keyIn("moon"), "no such location is known", "gcloud kms locations list", fixed),
		key("full resource name", "//cloudkms.googleapis.com/"+goodKey, `got "//cloudkms.googleapis.com/" in front`, keyHint, fixed),
		key("API URL", "https://cloudkms.googleapis.com/v1/"+goodKey, "in front of the name", keyHint, fixed),
		key("Tink URI", "gcp-kms://"+goodKey, `got "gcp-kms://" in front`, keyHint, fixed),
		key("double quotes", `"`+goodKey+`"`, "got quotes around", keyHint, fixed),
		key("single quotes", "'"+goodKey+"'", "got quotes around", keyHint, fixed),
		key("white space", " "+goodKey+"\n", "got white space around", keyHint, fixed),
		key("key version", goodKey+"/cryptoKeyVersions/4", "got a key version", keyHint, fixed),
		key("lower-case collection", strings.Replace(goodKey, "cryptoKeys", "cryptokeys", 1),
			`got "/cryptokeys/", want "/cryptoKeys/" there, with a capital K`, keyHint, fixed),
		key("upper-case location", strings.Replace(goodKey, "us-central1", "US-CENTRAL1", 1), "want it in lower case", keyHint, fixed),
		key("trailing slash", goodKey+"/", "after the key's id", keyHint, fixed),
		{"no key", fields{"dataflow_kms_key": ""}, cmekpipe.KeyMissing, "dataflow_kms_key", "got no key",
			"use projects/PROJECT/locations/LOCATION/keyRings/KEY_RING/cryptoKeys/KEY", fixed},
	}
}

func badPathInputs() []badInput {
	var inputs []badInput
	for _, field := range []string{"temp_location", "staging_location"} {
		const fixed = "gs://bank-work/tmp"
		for value, reason := range map[string]string{
			"gs://bank-work/tmp ": "got white space around", " gs://bank-work/tmp": "got white space around", "gs://bank-work/tmp /": "got white space around",
			"gs://bank-work/ tmp": "got white space around", "gs://gs://bank-work/tmp": `got "gs://" twice`, `"gs://bank-work/tmp"`: "got quotes around",
			"gs:/bank-work/tmp": "path.Join", "gs:///bank-work/tmp": "got no bucket", "GS://bank-work/tmp": "in upper case",
			"gcs://bank-work/tmp": "in another form", "https://storage.googleapis.com/bank-work/tmp": "in another form",
			"https://storage.cloud.google.com/bank-work/tmp":                 "in another form",
			"https://console.cloud.google.com/storage/browser/bank-work/tmp": "in another form",
		} {
			inputs = append(inputs, badInput{field + " " + value, fields{field: value}, cmekpipe.InvalidName, field, reason,
				"write " + fixed, fields{field: fixed}})
		}
	}
	return append(inputs,
		badInput{"local template", fields{"template_location": "gs:/bank-work/t.json"}, cmekpipe.InvalidName, "template_location", "path.Join",
			"write gs://bank-work/t.json", fields{"template_location": "gs://bank-work/t.json"}},
		badInput{"template in a folder", fields{"template_location": "gs://bank-work/t/"}, cmekpipe.InvalidName, "template_location", "got a folder",
			"gs://bank-work/t/template.json", fields{"template_location": "gs://bank-work/t/template.json"}},
		badInput{"template with a blank", fields{"template_location": "gs://bank-work/t "}, cmekpipe.InvalidName, "template_location",
			"got white space around", "write gs://bank-work/t", fields{"template_location": "gs://bank-work/t"}},
		badInput{"no temp location", fields{"temp_location": ""}, cmekpipe.InvalidOptions, "temp_location", "Dataflow chooses no temp location",
			"set temp_location to gs://BUCKET/tmp", fields{"temp_location": "gs://bank-work/tmp"}},
	)
}

func badPlaceInputs() []badInput {
	const subnets = "gcloud compute networks subnets list --filter=region:us-central1 --project=bank-prod"
	const zones = "gcloud compute zones list --filter=region:us-central1 --project=bank-prod"
	const there = "regions/us-east1/subnetworks/w"
	place := func(name string, flags fields, code cmekpipe.Code, field, reason, advice string, fixes fields) badInput {
		return badInput{name, flags, code, field, reason, advice, fixes}
	}
	return []badInput{
		place("region", fields{"region": "us-east1"}, cmekpipe.LocationMismatch, "region", "where the key is",
			"set region to us-central1 or leave out region; to run the job in us-east1, use a key in us-east1", fields{"region": "us-central1"}),
		place("region of another cloud", fields{"region": "eu-west1"}, cmekpipe.InvalidName, "region",
			"no such location is known, did you mean europe-west1?", "set region to us-central1", fields{"region": "us-central1"}),
		place("multi-region", fields{"region": "us"}, cmekpipe.LocationMismatch, "region", "want a single region",
			"set region to us-central1", fields{"region": "us-central1"}),
		place("upper case", fields{"region": "US-CENTRAL1"}, cmekpipe.InvalidName, "region", "want it in lower case",
			"set region to us-central1", fields{"region": "us-central1"}),
		place("worker region", fields{"worker_region": "us-east1"}, cmekpipe.LocationMismatch, "worker_region", "got region us-east1",
			"leave out worker_region: workers run in us-central1", fields{"worker_region": ""}),
		place("service option", fields{"dataflow_service_options": "a,worker_region=us-east1"}, cmekpipe.LocationMismatch, "dataflow_service_options",
			"got region us-east1", "remove worker_region=us-east1 from dataflow_service_options", fields{"dataflow_service_options": "a"}),
		place("zone", fields{"zone": "us-east1-b"}, cmekpipe.LocationMismatch, "zone", "got a zone of us-east1", zones, fields{"zone": "us-central1-b"}),
		place("zone without letter", fields{"zone": "us-central1"}, cmekpipe.InvalidName, "zone", "want a zone such as us-central1-b",
			zones, fields{"zone": "us-central1-b"}),
		place("subnetwork", fields{"subnetwork": there}, cmekpipe.LocationMismatch, "subnetwork", "got region us-east1",
			"use a subnetwork in us-central1; list them: "+subnets, fields{"subnetwork": "regions/us-central1/subnetworks/w"}),
		place("subnetwork as experiment", fields{"experiments": "subnetwork=" + there}, cmekpipe.LocationMismatch, "experiments",
			"got region us-east1", subnets, fields{"experiments": "", "subnetwork": "regions/us-central1/subnetworks/w"}),
		place("subnetwork as experiment only", fields{"experiments": "subnetwork=regions/us-central1/subnetworks/w"}, cmekpipe.InvalidOptions, "experiments",
			"differs from option subnetwork (not set)", "set subnetwork to regions/us-central1/subnetworks/w and remove subnetwork=regions/us-central1/subnetworks/w from experiments",
			fields{"experiments": "", "subnetwork": "regions/us-central1/subnetworks/w"}),
		place("network as service option", fields{"dataflow_service_options": "network=outer", "network": "inner"}, cmekpipe.InvalidOptions, "dataflow_service_options",
			`got "network" that differs from option network ("inner")`, "remove network=outer from dataflow_service_options", fields{"dataflow_service_options": ""}),
		place("public addresses as experiment", fields{"experiments": "use_public_ips", "no_use_public_ips": "true"}, cmekpipe.InvalidOptions, "experiments",
			"differs from option no_use_public_ips", "set no_use_public_ips to false and remove use_public_ips from experiments",
			fields{"experiments": "", "no_use_public_ips": "false"}),
		place("image as experiment", fields{"experiments": "worker_harness_container_image=gcr.io/x/y:1", "sdk_container_image": "gcr.io/p/i:2.77.0"},
			cmekpipe.InvalidOptions, "experiments", `differs from option sdk_container_image ("gcr.io/p/i:2.77.0")`,
			"remove worker_harness_container_image=gcr.io/x/y:1 from experiments", fields{"experiments": ""}),
		place("runner's image", fields{"experiments": "runner_harness_container_image=gcr.io/x/harness:1"}, cmekpipe.Unsupported, "experiments",
			"replaces Dataflow's own process on workers", "remove runner_harness_container_image=gcr.io/x/harness:1 from experiments", fields{"experiments": ""}),
		place("short subnetwork", fields{"subnetwork": "w"}, cmekpipe.InvalidName, "subnetwork", "want a subnetwork with its region",
			"set subnetwork to regions/us-central1/subnetworks/SUBNETWORK", fields{"subnetwork": "regions/us-central1/subnetworks/w"}),
		place("subnetwork of another project", fields{"subnetwork": "projects/host/regions/us-central1/subnetworks/w"}, cmekpipe.InvalidName,
			"subnetwork", "want the complete URL", "set subnetwork to https://www.googleapis.com/compute/v1/projects/host/regions/us-central1/subnetworks/w",
			fields{"subnetwork": "https://www.googleapis.com/compute/v1/projects/host/regions/us-central1/subnetworks/w"}),
		place("network as URL", fields{"network": "https://www.googleapis.com/compute/v1/projects/bank-prod/global/networks/inner"},
			cmekpipe.InvalidName, "network", "want the name of a network", "set network to inner", fields{"network": "inner"}),
		place("network without project", fields{"network": "global/networks/inner"}, cmekpipe.InvalidName, "network",
			"want the name of a network", "set network to inner", fields{"network": "inner"}),
		place("network of another project", fields{"network": "projects/host/global/networks/shared"}, cmekpipe.InvalidName, "network",
			"want the name of a network in the job's project", "leave out network, and set subnetwork to a URL that this prints: "+
				"gcloud compute networks subnets list --uri --filter=region:us-central1 --network=shared --project=host",
			fields{"network": "", "subnetwork": "https://www.googleapis.com/compute/v1/projects/host/regions/us-central1/subnetworks/w"}),
		place("subnetwork as network", fields{"network": "regions/us-central1/subnetworks/w"}, cmekpipe.InvalidName, "network",
			"want the name of a network", `leave out network, and set subnetwork to "regions/us-central1/subnetworks/w"`,
			fields{"network": "", "subnetwork": "regions/us-central1/subnetworks/w"}),
		place("network with a path", fields{"network": "inner/"}, cmekpipe.InvalidName, "network", "want the name of a network",
			"gcloud compute networks list --project=bank-prod", fields{"network": "inner"}),
	}
}

func badValueInputs() []badInput {
	const byNumber = "projects/123456789012/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"
	invalid := func(name, flag, value, reason, example string) badInput {
		typed, _, _ := strings.Cut(strings.Trim(example, "'"), "\x00")
		return badInput{name, fields{flag: value}, cmekpipe.InvalidOptions, flag, reason, "write --" + flag + "=" + example, fields{flag: typed}}
	}
	return []badInput{
		invalid("no number", "max_num_workers", "abc", `got "abc", want a whole number`, "20"),
		invalid("fraction", "num_workers", "1.5", `got "1.5", want a whole number`, "3"),
		invalid("size with a unit", "disk_size_gb", "50GB", `got "50GB", want a whole number`, "50"),
		invalid("labels without JSON", "labels", "team=risk", `got "team=" and a text (not shown), want a JSON object of strings`, `'{"team":"risk"}'`),
		invalid("labels with other JSON", "labels", `["team"]`, "got a text (not shown), want a JSON object", `'{"team":"risk"}'`),
		invalid("no duration", "element_processing_timeout", "5", `got "5", want a duration with a unit`, "5m"),
		invalid("no image", "sdk_harness_container_image_override", "java", `got "java", want a regular expression and an image`,
			"'.*java.*,gcr.io/PROJECT/IMAGE:TAG'"),
		{"project number", fields{"project": "123456789012"}, cmekpipe.InvalidName, "project", "got project number 123456789012, want an id",
			"gcloud projects describe 123456789012 --format='value(projectId)'", fields{"project": "bank-prod"}},
		{"job name", fields{"job_name": "Nightly_Load.2"}, cmekpipe.InvalidName, "job_name", "want a valid job name",
			"write nightly-load-2", fields{"job_name": "nightly-load-2"}},
		{"job name with a digit first", fields{"job_name": "1nightly"}, cmekpipe.InvalidName, "job_name", "want a valid job name",
			"use a lower-case letter", fields{"job_name": "nightly1"}},
		{"service account", fields{"service_account_email": "workers"}, cmekpipe.InvalidName, "service_account_email", "want the e-mail address",
			"gcloud iam service-accounts list --project=bank-prod", fields{"service_account_email": "workers@bank-prod.iam.gserviceaccount.com"}},
		{"bucket in upper case", fields{"temp_location": "gs://Bank-Work/tmp"}, cmekpipe.InvalidName, "temp_location", "want lower-case letters",
			"gcloud storage buckets list --format='value(name)'", fields{"temp_location": "gs://bank-work/tmp"}},
		{"project in upper case", fields{"project": "Bank-Prod"}, cmekpipe.InvalidName, "project", "want lower-case letters",
			"write bank-prod", fields{"project": "bank-prod"}},
		{"no project", fields{"project": ""}, cmekpipe.InvalidOptions, "project", "got no project", "gcloud projects list", fields{"project": "bank-prod"}},
		{"runner", fields{"runner": "samza"}, cmekpipe.InvalidOptions, "runner", `got "samza"`,
			"use one of prism, direct, dataflow, flink, spark, universal", fields{"runner": "universal"}},
		{"workers", fields{"num_workers": "9", "max_num_workers": "4"}, cmekpipe.InvalidOptions, "num_workers", "got 9 workers, want at most 4",
			"set max_num_workers to 9", fields{"max_num_workers": "9"}},
		{"key by project number", fields{"experiments": "dataflow_kms_key=" + byNumber}, cmekpipe.KeyMismatch, "experiments",
			"one names its project by number, so they may be the same key",
			"remove dataflow_kms_key=" + byNumber + " from experiments: dataflow_kms_key is enough; " +
				"the project's id: gcloud projects describe 123456789012 --format='value(projectId)'", fields{"experiments": ""}},
		{"update without a name", fields{"update": "true"}, cmekpipe.InvalidOptions, "update", "without job_name",
			"gcloud dataflow jobs list --status=active", fields{"job_name": "nightly"}},
	}
}

func TestHintsWorkAsTyped(t *testing.T) {
	for _, group := range [][]badInput{badKeyInputs(), badPathInputs(), badPlaceInputs(), badValueInputs()} {
		for _, tt := range group {
			t.Run(tt.name, func(t *testing.T) {
				all := goodFields()
				maps.Copy(all, tt.flags)
				opts, err := fromFields(t, all)
				checkOneFault(t, opts, err, "cmekpipe.FromFlags", singleFault{code: tt.code, field: tt.field, reason: tt.reason})
				if hint := cmekpipe.OptionErrors(err)[0].Hint; !strings.Contains(hint, tt.advice) {
					t.Errorf("got hint  %s\nwant in it %s", hint, tt.advice)
				}
				maps.Copy(all, tt.fixes)
				if _, err := fromFields(t, all); err != nil {
					t.Errorf("after the hint was followed: got %v, want none", err)
				}
			})
		}
	}
}

func TestNewRegionsAreAcceptedWithRegion(t *testing.T) {
	c := goodConfig()
	c.Key, c.Region = keyIn("europe-north9"), "europe-north9"
	if opts := mustOptions(t, c); opts.Region() != "europe-north9" {
		t.Errorf("got region %q, want europe-north9", opts.Region())
	}
	c.Key, c.Region = keyIn("moon"), "moon"
	if _, err := cmekpipe.FromConfig(c); err == nil {
		t.Error("got no error for a region that has no region's form")
	}
}

func TestURLsOfSubnetworksAreAcceptedWithoutScheme(t *testing.T) {
	const url = "https://www.googleapis.com/compute/v1/projects/host/regions/us-central1/subnetworks/w"
	for _, given := range []string{url, strings.TrimPrefix(url, "https:"), strings.TrimPrefix(url, "https://"),
		strings.TrimPrefix(url, "https://www."), strings.Replace(url, "www.", "", 1)} {
		c := goodConfig()
		c.Subnetwork = given
		if got := mustOptions(t, c).Workers().Subnetwork; got != url {
			t.Errorf("%s: got %q, want %q", given, got, url)
		}
	}
}

func TestFromFlagsSaysWhatWasNotCalled(t *testing.T) {
	unparsed := flag.NewFlagSet("unparsed", flag.ContinueOnError)
	cmekpipe.RegisterFlags(unparsed)
	bare := flag.NewFlagSet("bare", flag.ContinueOnError)
	bare.String("input", "", "")
	parsed := flag.NewFlagSet("parsed", flag.ContinueOnError)
	parsed.String("runner", "", "")
	if err := parsed.Parse([]string{"--runner=dataflow"}); err != nil {
		t.Fatal(err)
	}
	const register = "call cmekpipe.RegisterFlags(flag.CommandLine) before flag.Parse()"
	for name, tt := range map[string]struct {
		fs           *flag.FlagSet
		reason, hint string
	}{
		"nil":                  {nil, "got a nil flag set", "pass flag.CommandLine"},
		"not parsed":           {unparsed, "got a flag set that was not parsed", "call flag.Parse() before cmekpipe.FromFlags"},
		"not registered":       {bare, "--dataflow_kms_key is not defined", register},
		"parsed, not complete": {parsed, "--dataflow_kms_key is not defined", register},
	} {
		t.Run(name, func(t *testing.T) {
			opts, err := cmekpipe.FromFlags(tt.fs)
			checkOneFault(t, opts, err, "cmekpipe.FromFlags", singleFault{code: cmekpipe.InvalidOptions, field: "flags", reason: tt.reason})
			if got := cmekpipe.OptionErrors(err)[0].Hint; got != tt.hint {
				t.Errorf("got hint %q, want %q", got, tt.hint)
			}
		})
	}
}

// The key under a name that another SDK or service uses must not be lost.
func TestAKeyUnderAnotherFlagIsFound(t *testing.T) {
	for _, name := range []string{"kms_key_name", "gcp_kms_key", "dataflowKmsKey"} {
		for value, want := range map[string]string{goodKey: "rename --" + name + " to --dataflow_kms_key", "x": "use projects/PROJECT"} {
			fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
			fs.String(name, "", "the program's own")
			cmekpipe.RegisterFlags(fs)
			if err := fs.Parse([]string{"--" + name + "=" + value, "--project=bank-prod", "--temp_location=gs://bank-work/tmp"}); err != nil {
				t.Fatal(err)
			}
			opts, err := cmekpipe.FromFlags(fs)
			checkOneFault(t, opts, err, "cmekpipe.FromFlags", singleFault{code: cmekpipe.KeyMissing, field: "dataflow_kms_key", reason: "got no key"})
			if got := cmekpipe.OptionErrors(err)[0].Hint; !strings.HasPrefix(got, want) {
				t.Errorf("--%s=%s: got hint %q, want %q", name, value, got, want)
			}
		}
	}
}
