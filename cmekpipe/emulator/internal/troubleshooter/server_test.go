package troubleshooter_test

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/iam/v2"
	api "google.golang.org/api/policytroubleshooter/v3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	ann   = "ann@example.com"
	point = "policies/cloudresourcemanager.googleapis.com%2Ffolders%2F200/denypolicies"
)

func TestAllowPoliciesOfAllLevelsAreExplained(t *testing.T) {
	w := newWorld(t)
	agent := emulator.Agent(emulator.Dataflow, project)
	got := w.ask("", tuple(agent))
	if got.OverallAccessState != "CANNOT_ACCESS" || got.AllowPolicyExplanation.AllowAccessState != "ALLOW_ACCESS_STATE_NOT_GRANTED" {
		t.Errorf("without a grant: got %s, %s", got.OverallAccessState, got.AllowPolicyExplanation.AllowAccessState)
	}
	check(t, w.Grant(t.Context(), folder, crypter, "serviceAccount:"+agent))
	check(t, w.Grant(t.Context(), org, "roles/cloudkms.viewer", "serviceAccount:"+agent))
	got = w.ask("", tuple(agent))
	if got.OverallAccessState != "CAN_ACCESS" || got.AccessTuple.PermissionFqdn != "cloudkms.googleapis.com/cryptoKeyVersions.useToEncrypt" {
		t.Errorf("got %s, %+v", got.OverallAccessState, got.AccessTuple)
	}
	var levels []string
	for _, p := range got.AllowPolicyExplanation.ExplainedPolicies {
		levels = append(levels, p.FullResourceName[strings.LastIndex(p.FullResourceName, "/")+1:]+" "+strings.TrimPrefix(p.AllowAccessState, "ALLOW_ACCESS_STATE_"))
	}
	if got, want := strings.Join(levels, ", "), "bank-keys NOT_GRANTED, 200 GRANTED, 100 NOT_GRANTED"; got != want {
		t.Errorf("got levels %s, want %s", got, want)
	}
	b := got.AllowPolicyExplanation.ExplainedPolicies[1].BindingExplanations[0]
	if b.Role != crypter || b.RolePermission != "ROLE_PERMISSION_INCLUDED" || b.Memberships["serviceAccount:"+agent].Membership != "MEMBERSHIP_MATCHED" || b.Relevance != "HEURISTIC_RELEVANCE_HIGH" {
		t.Errorf("got binding %+v", b)
	}
	if b := got.AllowPolicyExplanation.ExplainedPolicies[2].BindingExplanations[0]; b.RolePermission != "ROLE_PERMISSION_NOT_INCLUDED" {
		t.Errorf("got binding %+v, want a role without the permission", b)
	}
}

func TestConditionsNeedTheirContext(t *testing.T) {
	w := newWorld(t)
	policy := &cloudresourcemanager.Policy{Version: 3, Bindings: []*cloudresourcemanager.Binding{{Role: crypter, Members: []string{"user:" + ann},
		Condition: &cloudresourcemanager.Expr{Title: "this key", Expression: `resource.name.endsWith("/k") && request.time < timestamp("2030-01-01T00:00:00Z")`}}}}
	_, err := w.crm.Projects.SetIamPolicy("projects/"+project, &cloudresourcemanager.SetIamPolicyRequest{Policy: policy}).Do()
	check(t, err)
	for _, tt := range []struct{ name, at, want string }{
		{"", "", "UNKNOWN_CONDITIONAL"},
		{keyName, "", "UNKNOWN_CONDITIONAL"},
		{keyName, "2029-01-01T00:00:00Z", "CAN_ACCESS"},
		{keyName, "2031-01-01T00:00:00Z", "CANNOT_ACCESS"},
		{"x", "", "CANNOT_ACCESS"},
	} {
		asked := tuple(ann)
		asked.ConditionContext = &api.GoogleCloudPolicytroubleshooterIamV3ConditionContext{
			Resource: &api.GoogleCloudPolicytroubleshooterIamV3ConditionContextResource{Name: tt.name},
			Request:  &api.GoogleCloudPolicytroubleshooterIamV3ConditionContextRequest{ReceiveTime: tt.at},
		}
		if got := w.ask("", asked).OverallAccessState; got != tt.want {
			t.Errorf("name %q at %q: got %s, want %s", tt.name, tt.at, got, tt.want)
		}
	}
}

func TestGroupsAndHiddenPoliciesAreUnknown(t *testing.T) {
	w := newWorld(t)
	check(t, w.Grant(t.Context(), org, crypter, "group:team@example.com"))
	if got := w.ask("", tuple(ann)).OverallAccessState; got != "UNKNOWN_INFO" {
		t.Errorf("with a group: got %s, want UNKNOWN_INFO", got)
	}
	check(t, w.Grant(t.Context(), "projects/"+project, crypter, "user:"+ann))
	if got := w.ask("", tuple(ann)).OverallAccessState; got != "CAN_ACCESS" {
		t.Errorf("with a group and a grant: got %s, want CAN_ACCESS", got)
	}
	check(t, w.Grant(t.Context(), "projects/"+project, "roles/iam.securityReviewer", "user:auditor@example.com"))
	check(t, w.Grant(t.Context(), "projects/"+project, "roles/iam.denyReviewer", "user:auditor@example.com"))
	got := w.ask("user:auditor@example.com", tuple("bob@example.com"))
	last := got.AllowPolicyExplanation.ExplainedPolicies[2]
	if got.OverallAccessState != "UNKNOWN_INFO" || last.FullResourceName != "" || last.Policy != nil || last.AllowAccessState != "ALLOW_ACCESS_STATE_UNKNOWN_INFO" {
		t.Errorf("without sight of the organization: got %s, %+v", got.OverallAccessState, last)
	}
	check(t, w.Grant(t.Context(), org, "roles/iam.securityReviewer", "user:auditor@example.com"))
	got = w.ask("user:auditor@example.com", tuple(ann))
	if got.OverallAccessState != "UNKNOWN_INFO" || got.DenyPolicyExplanation.DenyAccessState != "DENY_ACCESS_STATE_UNKNOWN_INFO" {
		t.Errorf("without sight of deny policies: got %s, %+v", got.OverallAccessState, got.DenyPolicyExplanation)
	}
	check(t, w.Grant(t.Context(), org, "roles/iam.denyReviewer", "user:auditor@example.com"))
	if got := w.ask("user:auditor@example.com", tuple(ann)).OverallAccessState; got != "CAN_ACCESS" {
		t.Errorf("with sight of all policies: got %s, want CAN_ACCESS", got)
	}
}

func TestDenyPoliciesWin(t *testing.T) {
	w := newWorld(t)
	agent := emulator.Agent(emulator.Storage, project)
	check(t, w.Grant(t.Context(), "projects/"+project, crypter, "user:"+ann, "serviceAccount:"+agent))
	rule := &iam.GoogleIamV2DenyRule{
		DeniedPrincipals: []string{"principalSet://goog/public:all"}, DeniedPermissions: []string{"cloudkms.googleapis.com/cryptoKeyVersions.*"},
		ExceptionPrincipals: []string{"principalSet://cloudresourcemanager.googleapis.com/" + org + "/type/ServiceAgent"},
	}
	op, err := w.denies.Policies.CreatePolicy(point, &iam.GoogleIamV2Policy{Rules: []*iam.GoogleIamV2PolicyRule{{DenyRule: rule}}}).PolicyId("no-keys").Do()
	check(t, err)
	if !op.Done || !strings.Contains(string(op.Response), "type.googleapis.com/google.iam.v2.Policy") {
		t.Errorf("got operation %+v, want it done with the policy", op)
	}
	got := w.ask("", tuple(ann))
	if got.OverallAccessState != "CANNOT_ACCESS" || got.AllowPolicyExplanation.AllowAccessState != "ALLOW_ACCESS_STATE_GRANTED" ||
		got.DenyPolicyExplanation.DenyAccessState != "DENY_ACCESS_STATE_DENIED" || !got.DenyPolicyExplanation.PermissionDeniable {
		t.Errorf("got %s, %+v", got.OverallAccessState, got.DenyPolicyExplanation)
	}
	if r := got.DenyPolicyExplanation.ExplainedResources[0]; r.FullResourceName != "//cloudresourcemanager.googleapis.com/folders/200" || r.ExplainedPolicies[0].Policy.Name != point+"/no-keys" {
		t.Errorf("got %+v", r)
	}
	if state := w.ask("", tuple(agent)).OverallAccessState; state != "CAN_ACCESS" || w.encrypts("user:"+ann) || !w.encrypts("serviceAccount:"+agent) {
		t.Errorf("got agent %s, Ann encrypting %v, agent encrypting %v, want the exception kept", state, w.encrypts("user:"+ann), w.encrypts("serviceAccount:"+agent))
	}
	_, err = w.denies.Policies.Delete(point + "/no-keys").Do()
	check(t, err)
	if got := w.ask("", tuple(ann)).OverallAccessState; got != "CAN_ACCESS" || !w.encrypts("user:"+ann) {
		t.Errorf("after the deletion: got %s", got)
	}
}

func TestMalformedQuestionsAreRefused(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*api.GoogleCloudPolicytroubleshooterIamV3AccessTuple){
		"group": func(a *api.GoogleCloudPolicytroubleshooterIamV3AccessTuple) { a.Principal = "group:team@example.com" },
		"name":  func(a *api.GoogleCloudPolicytroubleshooterIamV3AccessTuple) { a.FullResourceName = keyName },
		"perm":  func(a *api.GoogleCloudPolicytroubleshooterIamV3AccessTuple) { a.Permission = "encrypt" },
		"bucket": func(a *api.GoogleCloudPolicytroubleshooterIamV3AccessTuple) {
			a.FullResourceName = "//storage.googleapis.com/projects/_/buckets/b"
		},
	} {
		asked := tuple(ann)
		change(asked)
		_, err := w.troub.Iam.Troubleshoot(&api.GoogleCloudPolicytroubleshooterIamV3TroubleshootIamPolicyRequest{AccessTuple: asked}).Do()
		if err == nil || !strings.Contains(err.Error(), "got") && !strings.Contains(err.Error(), "has no") {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
	response, err := http.Post("http://"+w.Endpoint(emulator.PolicyTroubleshooter)+"/v3/iam:troubleshoot", "application/json", strings.NewReader(`{"tuple":{}}`))
	check(t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s, want an unknown field refused", response.Status)
	}
}
