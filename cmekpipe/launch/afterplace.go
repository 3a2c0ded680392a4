package launch

import "strings"

// tempDataset begins the name of a query's destination: the dataset's own name is made up on a worker.
const tempDataset = "temporary dataset in project "

func isTempDataset(name string) bool { return strings.HasPrefix(name, tempDataset) }
