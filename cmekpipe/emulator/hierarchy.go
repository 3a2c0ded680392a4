package emulator

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// CreateOrganization creates an organization, named "organizations/NUMBER", of a domain such as "bank.example".
func (c *Cloud) CreateOrganization(name, domain string) error {
	return failure("create organization", name, c.create("organizations/", name, "", domain))
}

// CreateFolder creates a folder, named "folders/NUMBER", below an organization or another folder.
func (c *Cloud) CreateFolder(name, parent string) error {
	return failure("create folder", name, c.create("folders/", name, parent, name))
}

// CreateProject places a project, such as "bank-prod", below a folder or an organization, from which it inherits policies.
// Projects without a place exist too; they inherit nothing.
func (c *Cloud) CreateProject(project, parent string) error {
	return failure("create project", project, c.create("projects/", "projects/"+project, parent, project))
}

func (c *Cloud) create(kind, name, parent, displayName string) error {
	if !strings.HasPrefix(name, kind) {
		return fmt.Errorf("got name %q, want %sNUMBER", name, kind)
	}
	return c.access.Tree().Add(name, parent, displayName)
}

// DeleteProject removes a project, so that Resource Manager answers for it as for one that never existed. The project's
// resources in other services stay.
func (c *Cloud) DeleteProject(project string) { c.access.Tree().Remove("projects/" + project) }

// Grant grants a role to members, named as in an IAM policy, on a project, a folder or an organization, such as
// "projects/bank-prod". Everything below inherits the grant. [Cloud.GrantKey] grants a single key.
func (c *Cloud) Grant(ctx context.Context, resource, role string, members ...string) error {
	client, err := cloudresourcemanager.NewService(ctx, c.ClientOptions(ResourceManager)...)
	if err != nil {
		return failure("grant", resource, err)
	}
	read, write := policyCalls(ctx, client, resource)
	if read == nil {
		return fmt.Errorf("emulator: grant %s: got resource %q, want projects/ID, folders/NUMBER or organizations/NUMBER", role, resource)
	}
	policy, err := read(&cloudresourcemanager.GetIamPolicyRequest{Options: &cloudresourcemanager.GetPolicyOptions{RequestedPolicyVersion: 3}})
	if err == nil {
		policy.Bindings = append(policy.Bindings, &cloudresourcemanager.Binding{Role: role, Members: members})
		_, err = write(&cloudresourcemanager.SetIamPolicyRequest{Policy: policy})
	}
	return failure("grant "+role+" on", resource, err)
}

type (
	readPolicy  func(*cloudresourcemanager.GetIamPolicyRequest) (*cloudresourcemanager.Policy, error)
	writePolicy func(*cloudresourcemanager.SetIamPolicyRequest) (*cloudresourcemanager.Policy, error)
)

// policyCalls returns the calls for the policy of a resource; nil for a resource that is not in the hierarchy.
func policyCalls(ctx context.Context, client *cloudresourcemanager.Service, resource string) (readPolicy, writePolicy) {
	switch kind, _, _ := strings.Cut(resource, "/"); kind {
	case "projects":
		return func(r *cloudresourcemanager.GetIamPolicyRequest) (*cloudresourcemanager.Policy, error) {
				return client.Projects.GetIamPolicy(resource, r).Context(ctx).Do()
			}, func(r *cloudresourcemanager.SetIamPolicyRequest) (*cloudresourcemanager.Policy, error) {
				return client.Projects.SetIamPolicy(resource, r).Context(ctx).Do()
			}
	case "folders":
		return func(r *cloudresourcemanager.GetIamPolicyRequest) (*cloudresourcemanager.Policy, error) {
				return client.Folders.GetIamPolicy(resource, r).Context(ctx).Do()
			}, func(r *cloudresourcemanager.SetIamPolicyRequest) (*cloudresourcemanager.Policy, error) {
				return client.Folders.SetIamPolicy(resource, r).Context(ctx).Do()
			}
	case "organizations":
		return func(r *cloudresourcemanager.GetIamPolicyRequest) (*cloudresourcemanager.Policy, error) {
				return client.Organizations.GetIamPolicy(resource, r).Context(ctx).Do()
			}, func(r *cloudresourcemanager.SetIamPolicyRequest) (*cloudresourcemanager.Policy, error) {
				return client.Organizations.SetIamPolicy(resource, r).Context(ctx).Do()
			}
	}
	return nil, nil
}

// ProjectNumber returns the number of a project in the cloud, which Resource Manager reports and service agents are named
// by. It depends on the id alone.
func ProjectNumber(project string) string { return core.ProjectNumber(project) }
