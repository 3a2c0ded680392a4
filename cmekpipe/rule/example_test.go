package rule_test

import (
	"errors"
	"fmt"
	"os"

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
	findings := rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/counts", Remedy: "gcloud storage rm gs://bank-out/counts"}}
	if err := rule.WriteText(os.Stdout, findings); err != nil {
		fmt.Println(err)
	}
	// Output:
	// error CMEK021: a resource is not encrypted with a Cloud KMS key
	//   gs://bank-out/counts
	//   to do: gcloud storage rm gs://bank-out/counts
}

// Find explains an ID that a report shows.
func ExampleFind() {
	r, found := rule.Find("CMEK021")
	fmt.Println(found, r.Severity, r.Title)
	// Output: true error a resource is not encrypted with a Cloud KMS key
}

func ExampleWriteJSON() {
	err := rule.WriteJSON(os.Stdout, rule.Findings{{Rule: rule.NoKey, Resource: "gs://bank-out/totals.csv"}})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"rule":"CMEK021","severity":"error","title":"a resource is not encrypted with a Cloud KMS key","resource":"gs://bank-out/totals.csv","remedy":"find out who wrote it (Cloud Audit Logs), delete it, and run the pipeline again","link":"https://docs.cloud.google.com/kms/docs/compatible-services"}
}
