package resourcemanager_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestTheHierarchyIsReadUpFromAProject(t *testing.T) {
	w := newWorld(t)
	number := "projects/" + emulator.ProjectNumber(project)
	for _, name := range []string{"projects/" + project, number} {
		p, err := w.crm.Projects.Get(name).Do()
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != number || p.ProjectId != project || p.Parent != folder || p.State != "ACTIVE" || p.CreateTime == "" {
			t.Errorf("%s: got %+v", name, p)
		}
	}
	f, err := w.crm.Folders.Get(folder).Do()
	if err != nil || f.Parent != org {
		t.Errorf("got folder %+v, %v, want parent %s", f, err, org)
	}
	o, err := w.crm.Organizations.Get(org).Do()
	if err != nil || o.DisplayName != "bank.example" {
		t.Errorf("got organization %+v, %v", o, err)
	}
	alone, err := w.crm.Projects.Get("projects/elsewhere").Do()
	if err != nil || alone.Parent != "" || alone.ProjectId != "elsewhere" {
		t.Errorf("got %+v, %v, want a project without a parent", alone, err)
	}
}

func TestWhatDoesNotExistIsDenied(t *testing.T) {
	w := newWorld(t)
	w.DeleteProject(project)
	for _, name := range []string{"projects/" + project, "projects/" + emulator.ProjectNumber(project), "projects/1", "projects/X"} {
		_, err := w.crm.Projects.Get(name).Do()
		wantError(t, err, http.StatusForbidden, "Permission 'resourcemanager.projects.get' denied on resource '//cloudresourcemanager.googleapis.com/"+name+"' (or it may not exist).")
	}
	_, err := w.crm.Folders.Get("folders/1").Do()
	wantError(t, err, http.StatusForbidden, "resourcemanager.folders.get")
	_, err = w.crm.Organizations.GetIamPolicy("organizations/1", &cloudresourcemanager.GetIamPolicyRequest{}).Do()
	wantError(t, err, http.StatusForbidden, "resourcemanager.organizations.getIamPolicy")
}

func TestSearchFindsWhatTheCallerMayGet(t *testing.T) {
	w := newWorld(t)
	if err := w.Grant(t.Context(), "projects/"+project, "roles/browser", ann); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		as, query string
		want      []string
	}{
		{"", "", []string{keyProject, project}},
		{"", "parent:" + folder, []string{keyProject, project}},
		{"", "id:" + project + " state:ACTIVE", []string{project}},
		{"", "parent:folders/1", nil},
		{ann, "", []string{project}},
		{"user:bob@example.com", "", nil},
	} {
		ctx := t.Context()
		if tt.as != "" {
			ctx = emulator.As(ctx, tt.as)
		}
		answer, err := w.crm.Projects.Search().Query(tt.query).Context(ctx).Do()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range answer.Projects {
			got = append(got, p.ProjectId)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q as %q (-want +got):\n%s", tt.query, tt.as, diff)
		}
	}
	_, err := w.crm.Projects.Search().Query("labels.color:red").Do()
	wantError(t, err, http.StatusNotImplemented, "labels.color:red")
	first, err := w.crm.Projects.List().Parent(folder).PageSize(1).Do()
	if err != nil || len(first.Projects) != 1 || first.NextPageToken == "" {
		t.Fatalf("got %+v, %v, want one project and a token", first, err)
	}
	second, err := w.crm.Projects.List().Parent(folder).PageSize(1).PageToken(first.NextPageToken).Do()
	if err != nil || len(second.Projects) != 1 || second.NextPageToken != "" || second.Projects[0].ProjectId != project {
		t.Errorf("got %+v, %v, want the last project", second, err)
	}
}

func TestUnservedCallsAndSettingsSaySo(t *testing.T) {
	w := newWorld(t)
	_, err := w.crm.Projects.Create(&cloudresourcemanager.Project{ProjectId: "x"}).Do()
	wantError(t, err, http.StatusNotImplemented, "cloudresourcemanager.projects.create")
	_, err = w.crm.TagKeys.List().Parent(org).Do()
	wantError(t, err, http.StatusNotImplemented, "cloudresourcemanager.tagKeys.list")
	request, err := http.NewRequest(http.MethodGet, "http://"+w.Endpoint(emulator.ResourceManager)+"/v3/projects/"+project+"?view=FULL", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusNotImplemented {
		t.Fatalf("got %v, %v, want an unknown parameter refused", response, err)
	}
	response.Body.Close()
}

func TestCallsMeetFaults(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: emulator.ResourceManagerProjectsGet, Resource: "projects/" + project, Call: 1, Status: http.StatusForbidden})
	_, err := w.crm.Projects.Get("projects/" + project).Do()
	wantError(t, err, http.StatusForbidden, "injected")
	if _, err := w.crm.Projects.Get("projects/" + project).Do(); err != nil {
		t.Error(err)
	}
}

func TestTheHierarchyIsATree(t *testing.T) {
	w := newWorld(t)
	for name, err := range map[string]error{
		"folder without parent":       w.CreateFolder("folders/300", ""),
		"folder in a project":         w.CreateFolder("folders/300", "projects/"+project),
		"folder in nothing":           w.CreateFolder("folders/300", "folders/301"),
		"folder below itself":         w.CreateFolder(folder, folder),
		"folder with a project's id":  w.CreateFolder("projects/bank-dev", org),
		"organization with no number": w.CreateOrganization("organizations/bank", "bank.example"),
		"project with a bad id":       w.CreateProject("Bank", folder),
	} {
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
