package bigquery

import (
	"net/http"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// refuseCall answers a call that the server doesn't serve. The status is not 404, which clients take for a resource that does
// not exist.
func refuseCall(w http.ResponseWriter, name string, r *http.Request) {
	core.WriteError(w, core.Unserved("BigQuery", name, r))
}

// unserved names the methods of the API that the server doesn't serve, by verb and path.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/rest.
func unserved() map[string]string {
	const (
		dataset  = BasePath + "projects/{project}/datasets/{dataset}"
		routines = dataset + "/routines"
		models   = dataset + "/models"
		policies = dataset + "/tables/{table}/rowAccessPolicies"
		upload   = "/upload" + BasePath + "projects/{project}/jobs"
	)
	return map[string]string{
		"GET " + BasePath + "projects":        "bigquery.projects.list",
		"POST " + dataset:                     "bigquery.datasets.undelete",
		"GET " + routines:                     "bigquery.routines.list",
		"POST " + routines:                    "bigquery.routines.insert",
		"GET " + routines + "/{routine}":      "bigquery.routines.get",
		"PUT " + routines + "/{routine}":      "bigquery.routines.update",
		"DELETE " + routines + "/{routine}":   "bigquery.routines.delete",
		"GET " + models:                       "bigquery.models.list",
		"GET " + models + "/{model}":          "bigquery.models.get",
		"PATCH " + models + "/{model}":        "bigquery.models.patch",
		"DELETE " + models + "/{model}":       "bigquery.models.delete",
		"GET " + policies:                     "bigquery.rowAccessPolicies.list",
		"POST " + policies:                    "bigquery.rowAccessPolicies.insert",
		"POST " + policies + ":batchDelete":   "bigquery.rowAccessPolicies.batchDelete",
		"GET " + policies + "/{policy}":       "bigquery.rowAccessPolicies.get",
		"PUT " + policies + "/{policy}":       "bigquery.rowAccessPolicies.update",
		"DELETE " + policies + "/{policy}":    "bigquery.rowAccessPolicies.delete",
		"POST " + upload:                      "bigquery.jobs.insert with an upload",
		"PUT " + upload:                       "bigquery.jobs.insert with an upload",
		"POST /batch/bigquery/v2":             "batch requests",
		"POST /batch":                         "batch requests",
		"POST " + dataset + "/tables/{table}": "bigquery.tables.getIamPolicy, setIamPolicy and testIamPermissions",
		"POST " + routines + "/{routine}":     "bigquery.routines.getIamPolicy and setIamPolicy",
	}
}
