{{- define "hpdcds.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "hpdcds.selector" -}}
app.kubernetes.io/name: hpdcds
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hpdcds.labels" -}}
{{ include "hpdcds.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
