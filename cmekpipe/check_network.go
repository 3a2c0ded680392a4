package cmekpipe

import (
	"cmp"
	"path"
	"strings"
)

// checkNetwork requires a network's name, the only form that Dataflow documents for field network of the API's WorkerPool. A
// network of another project is chosen by a subnetwork of it.
func (c *checker) checkNetwork(network string) {
	const field = "network"
	c.requirePlain(field, network)
	if !isPlain(network) || !strings.Contains(network, "/") {
		return
	}
	reason := "got " + quote(network) + ", want the name of a network"
	dir, id := path.Split("/" + network)
	owner, isNetwork := strings.CutSuffix(dir, "/networks/")
	_, project, _ := strings.Cut(owner, "/projects/")
	project, _, _ = strings.Cut(project, "/")
	switch {
	case strings.HasSuffix(dir, "/subnetworks/"):
		c.add(InvalidName, field, reason, "leave out network, and set subnetwork to "+quote(network))
	case !isNetwork || id == "" || !isAll(id, isProjectChar):
		c.add(InvalidName, field, reason, "use a name that this prints: gcloud compute networks list"+c.projectFlag())
	case project == "" || project == c.projectID:
		c.add(InvalidName, field, reason, "set network to "+id)
	default:
		c.add(InvalidName, field, reason+" in the job's project", "leave out network, and set subnetwork to a URL that this prints: "+
			"gcloud compute networks subnets list --uri --filter=region:"+cmp.Or(c.region, "us-central1")+
			" --network="+id+" --project="+visible(project))
	}
}

// isGoogleURL reports whether a URL, whose scheme may be missing, has a path on the host of a Google API.
func isGoogleURL(url string) bool {
	if _, rest, hasScheme := strings.Cut(url, "//"); hasScheme {
		url = rest
	}
	host, path, _ := strings.Cut(url, "/")
	return path != "" && (host == bareGoogleHost || strings.HasSuffix(host, "."+bareGoogleHost))
}

// bareGoogleHost is the host of Google's APIs in Terraform's documentation.
const bareGoogleHost = "googleapis.com"

// withScheme completes the URL of a Google API to the form that Dataflow documents. Any other text stays as it is.
func withScheme(url string) string {
	if !isGoogleURL(url) {
		return url
	}
	scheme, rest, hasScheme := strings.Cut(url, "//")
	if !hasScheme {
		scheme, rest = "", url
	}
	if strings.HasPrefix(rest, bareGoogleHost) {
		rest = "www." + rest
	}
	return cmp.Or(scheme, "https:") + "//" + rest
}
