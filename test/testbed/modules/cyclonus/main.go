// Command cyclonus says what NetworkPolicies allow, by the matcher of Cyclonus, which tests network plugins against the API.
//
// It reads one JSON object a line: policies as the API server returns them, and connections. For each it writes a line with
// one verdict a connection.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

type question struct {
	Policies    []*networkingv1.NetworkPolicy `json:"policies"`
	Connections []connection                  `json:"connections"`
}

type connection struct {
	Source      endpoint        `json:"source"`
	Destination endpoint        `json:"destination"`
	Port        int             `json:"port"`
	Protocol    corev1.Protocol `json:"protocol"`
}

type endpoint struct {
	Address string `json:"address"`
	Pod     *pod   `json:"pod"`
}

type pod struct {
	Namespace       string                 `json:"namespace"`
	Labels          map[string]string      `json:"labels"`
	NamespaceLabels map[string]string      `json:"namespaceLabels"`
	Ports           []corev1.ContainerPort `json:"ports"`
}

type verdict struct {
	Egress  bool `json:"egress"`
	Ingress bool `json:"ingress"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	encoder := json.NewEncoder(output)
	for lines.Scan() {
		var asked question
		exitOn(json.Unmarshal(lines.Bytes(), &asked))
		verdicts := make([]verdict, len(asked.Connections))
		for i, connection := range asked.Connections {
			verdicts[i] = verdict{
				Egress:  isAllowed(asked.Policies, connection, false),
				Ingress: isAllowed(asked.Policies, connection, true),
			}
		}
		exitOn(encoder.Encode(verdicts))
	}
	exitOn(lines.Err())
}

func isAllowed(policies []*networkingv1.NetworkPolicy, asked connection, isIngress bool) bool {
	subject := asked.Source.Pod
	if isIngress {
		subject = asked.Destination.Pod
	}
	built := matcher.BuildNetworkPolicies(false, selecting(policies, subject))
	useKubernetesSelectors(built.Ingress)
	useKubernetesSelectors(built.Egress)
	// Cyclonus knows one name of a port; a pod may have several.
	for _, name := range append(portNames(asked), "") {
		traffic := &matcher.Traffic{
			Source:           peer(asked.Source),
			Destination:      peer(asked.Destination),
			ResolvedPort:     asked.Port,
			ResolvedPortName: name,
			Protocol:         asked.Protocol,
		}
		if built.IsIngressOrEgressAllowed(traffic, isIngress).IsAllowed() {
			return true
		}
	}
	return false
}

func portNames(asked connection) []string {
	var names []string
	if asked.Destination.Pod == nil {
		return names
	}
	for _, port := range asked.Destination.Pod.Ports {
		if int(port.ContainerPort) == asked.Port && port.Protocol == asked.Protocol {
			names = append(names, port.Name)
		}
	}
	return names
}

func peer(of endpoint) *matcher.TrafficPeer {
	if of.Pod == nil {
		return &matcher.TrafficPeer{IP: of.Address}
	}
	return &matcher.TrafficPeer{IP: of.Address, Internal: &matcher.InternalPeer{
		PodLabels:       of.Pod.Labels,
		NamespaceLabels: of.Pod.NamespaceLabels,
		Namespace:       of.Pod.Namespace,
	}}
}

// The selectors of Cyclonus let NotIn fail where the label is missing, and an empty value match it. Those of Kubernetes take
// their place: here for the pods that policies select, below for peers.
func selecting(policies []*networkingv1.NetworkPolicy, subject *pod) []*networkingv1.NetworkPolicy {
	var selected []*networkingv1.NetworkPolicy
	for _, policy := range policies {
		if subject == nil || policy.Namespace != subject.Namespace || !matches(policy.Spec.PodSelector, subject.Labels) {
			continue
		}
		everyPod := policy.DeepCopy()
		everyPod.Spec.PodSelector = metav1.LabelSelector{}
		selected = append(selected, everyPod)
	}
	return selected
}

func useKubernetesSelectors(targets map[string]*matcher.Target) {
	for _, target := range targets {
		for _, each := range target.Peers {
			pods, ok := each.(*matcher.PodPeerMatcher)
			if !ok {
				continue
			}
			if byLabel, ok := pods.Pod.(*matcher.LabelSelectorPodMatcher); ok {
				pods.Pod = podSelector{byLabel}
			}
			if byLabel, ok := pods.Namespace.(*matcher.LabelSelectorNamespaceMatcher); ok {
				pods.Namespace = namespaceSelector{byLabel}
			}
		}
	}
}

type podSelector struct {
	*matcher.LabelSelectorPodMatcher
}

func (s podSelector) Allows(of map[string]string) bool {
	return matches(s.Selector, of)
}

type namespaceSelector struct {
	*matcher.LabelSelectorNamespaceMatcher
}

func (s namespaceSelector) Allows(_ string, of map[string]string) bool {
	return matches(s.Selector, of)
}

func matches(selector metav1.LabelSelector, of map[string]string) bool {
	compiled, err := metav1.LabelSelectorAsSelector(&selector)
	exitOn(err)
	return compiled.Matches(labels.Set(of))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
