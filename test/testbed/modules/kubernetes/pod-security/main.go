// Command pod-security prints the verdicts of Kubernetes Pod Security 1.37 on every pod of its published test data,
// as JSON: the IDs of its checks at level restricted, and each pod once with its files and the checks that refuse it.
package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	defaults "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

type judgedPod struct {
	// Files below the test data's folder, in lexical order, that hold this very pod.
	Files []string `json:"files"`
	// Written is the pod as it stands in those files.
	Written json.RawMessage `json:"written"`
	// Defaulted is the pod once the API server has filled in its defaults, as admission sees it.
	Defaulted *corev1.Pod `json:"defaulted"`
	// RefusedBy holds the IDs of the checks that refuse the pod.
	RefusedBy []string `json:"refusedBy"`
}

type report struct {
	// Restricted holds the IDs of the checks that level restricted consists of.
	Restricted []string     `json:"restricted"`
	Pods       []*judgedPod `json:"pods"`
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: pod-security TESTDATA"))
	}
	checks := newestChecks(api.MajorMinorVersion(1, 37))
	pods, err := judgeAll(os.Args[1], checks)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report{Restricted: restricted(checks), Pods: pods}); err != nil {
		fail(err)
	}
}

type versionedCheck struct {
	policy.VersionedCheck
	id policy.CheckID
}

// newestChecks takes of every check what holds at the given version.
func newestChecks(version api.Version) []versionedCheck {
	var checks []versionedCheck
	for _, check := range policy.DefaultChecks() {
		for index := len(check.Versions) - 1; index >= 0; index-- {
			if !version.Older(check.Versions[index].MinimumVersion) {
				checks = append(checks, versionedCheck{check.Versions[index], check.ID})
				break
			}
		}
	}
	return checks
}

// restricted leaves out the baseline checks that a restricted one takes the place of.
func restricted(checks []versionedCheck) []string {
	overridden := map[policy.CheckID]bool{}
	for _, check := range checks {
		for _, id := range check.OverrideCheckIDs {
			overridden[id] = true
		}
	}
	var ids []string
	for _, check := range checks {
		if !overridden[check.id] {
			ids = append(ids, string(check.id))
		}
	}
	return ids
}

func judgeAll(folder string, checks []versionedCheck) ([]*judgedPod, error) {
	var pods []*judgedPod
	byContent := map[string]*judgedPod{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if known := byContent[string(content)]; known != nil {
			known.Files = append(known.Files, filepath.ToSlash(name))
			return nil
		}
		judged, err := judge(content, checks)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		judged.Files = []string{filepath.ToSlash(name)}
		byContent[string(content)] = judged
		pods = append(pods, judged)
		return nil
	})
	return pods, err
}

func judge(content []byte, checks []versionedCheck) (*judgedPod, error) {
	raw, err := yaml.YAMLToJSON(content)
	if err != nil {
		return nil, err
	}
	pod := corev1.Pod{}
	if err := yaml.UnmarshalStrict(content, &pod); err != nil {
		return nil, err
	}
	defaults.SetObjectDefaults_Pod(&pod)
	judged := &judgedPod{Written: raw, Defaulted: &pod, RefusedBy: []string{}}
	for _, check := range checks {
		if !check.CheckPod(&pod.ObjectMeta, &pod.Spec).Allowed {
			judged.RefusedBy = append(judged.RefusedBy, string(check.id))
		}
	}
	return judged, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
