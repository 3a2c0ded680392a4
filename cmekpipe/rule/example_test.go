package rule_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

func ExampleFindings_Err() {
	findings := rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/counts"}}
	err := findings.Err()
	fmt.Println(errors.Is(err, cmekpipe.KeyMissing))
	// Output: true
}

func ExampleWriteText() {
	findings := rule.Findings{
		{Rule: rule.JobMetadata, Resource: "job nightly"},
		{Rule: rule.NoKey, Resource: "gs://bank-out/counts", Remedy: "gcloud storage rm gs://bank-out/counts"},
		{Rule: rule.BucketDefaultKey, Verdict: rule.VerdictCannotSee, Resource: "gs://bank-work", Detail: "needs storage.buckets.get"},
		{Rule: rule.TwoKeys, Verdict: rule.VerdictPass, Resource: "gs://bank-out/counts"},
	}
	if err := rule.WriteText(os.Stdout, findings); err != nil {
		fmt.Println(err)
	}
	// Output:
	// error    CMEK021  a resource is not encrypted with a Cloud KMS key
	//   gs://bank-out/counts
	//   to do: gcloud storage rm gs://bank-out/counts
	//
	// warning  CMEK010  cannot see whether the default key of a bucket that workers write to is not the job's
	//   gs://bank-work
	//     needs storage.buckets.get
	//   to do: grant the caller the permission that is missing, and check once more
	//
	// notice   CMEK005  the job has metadata that no key covers
	//   job nightly
	//   to do: keep secrets and personal data out of names, labels and parameters
	//
	// 1 error, 1 notice, 1 cannot be seen, 1 passed
	// next: gcloud storage rm gs://bank-out/counts
}

func ExampleWriteJSON() {
	findings := rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/counts", Detail: "got no key"}}
	if err := rule.WriteJSON(os.Stdout, findings); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "schema": "cmekpipe.findings/1",
	//   "summary": {
	//     "errors": 1,
	//     "warnings": 0,
	//     "notices": 0,
	//     "cannotSee": 0,
	//     "passed": 0,
	//     "notApplicable": 0
	//   },
	//   "findings": [
	//     {
	//       "rule": "CMEK021",
	//       "verdict": "fail",
	//       "severity": "error",
	//       "duty": "customer",
	//       "title": "a resource is not encrypted with a Cloud KMS key",
	//       "resource": "gs://bank-out/counts",
	//       "detail": "got no key",
	//       "remedy": "find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again",
	//       "link": "https://docs.cloud.google.com/kms/docs/compatible-services"
	//     }
	//   ]
	// }
}

// A program reads the findings of a document that another one wrote.
func ExampleWriteJSON_read() {
	var document strings.Builder
	if err := rule.WriteJSON(&document, rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/counts"}}); err != nil {
		fmt.Println(err)
	}
	var read struct{ Findings rule.Findings }
	if err := json.Unmarshal([]byte(document.String()), &read); err != nil {
		fmt.Println(err)
	}
	fmt.Println(read.Findings[0].Rule, read.Findings[0].Resource, read.Findings[0].Verdict)
	// Output: CMEK021 gs://bank-out/counts fail
}

func ExampleExplain() {
	page, err := rule.Explain("CMEK022")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(page)
	// Output:
	// CMEK022: a resource is encrypted with another key
	//
	// The service reports a key of Cloud KMS for the resource, but none of those that
	// the plan names for it.
	//
	// Why it matters
	//   Disabling or destroying the pipeline's key does not make the data unreadable,
	//   and the other key may have other owners, another location or another
	//   protection level.
	//
	// What to do
	//   find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again
	//
	// severity  error
	// area      resources after a run
	// duty      customer
	// since     v0.1.0
	// read      https://docs.cloud.google.com/kms/docs/compatible-services
}

func ExampleFind() {
	r, ok := rule.Find(rule.TwoKeys)
	fmt.Println(ok, r.Severity, r.Title)
	// Output: true error one destination has two keys
}

func ExampleAll() {
	for _, r := range rule.All() {
		if r.Code == cmekpipe.KeyMismatch {
			fmt.Println(r.ID, r.Title)
		}
	}
	// Output:
	// CMEK009 one destination has two keys
	// CMEK022 a resource is encrypted with another key
}

func ExampleFindings_ByRule() {
	findings := rule.Findings{
		{Rule: rule.JobMetadata, Resource: "job nightly"},
		{Rule: rule.NoKey, Resource: "gs://bank-out/a"},
		{Rule: rule.NoKey, Resource: "gs://bank-out/b"},
	}
	for _, group := range findings.ByRule() {
		fmt.Println(group[0].Severity(), group[0].Rule, len(group))
	}
	fmt.Println(findings.Summary())
	// Output:
	// error CMEK021 2
	// notice CMEK005 1
	// 2 errors, 1 notice
}
