using System.Collections.Immutable;
using HpdCds.Clinical;

namespace HpdCds.Survey;

/// <summary>What a FHIR server can deliver of one patient, without anything that is the patient's: no value, no text, no id.</summary>
public sealed record SurveyResult(ServerAbout About, ImmutableArray<InputFound> Inputs, ImmutableArray<UnknownCode> Codes) : PatientData
{
    /// <summary>Resources that name another patient than the one who was asked for: the server may not heed that wish.</summary>
    public int OtherPatient { get; init; }
}

/// <param name="Fhir">The FHIR version that the server says it speaks; null when it says nothing.</param>
/// <param name="Missing">Searches of ours that its CapabilityStatement does not list, as <c>Type?parameter</c>.</param>
public sealed record ServerAbout(string Url, string? Fhir, string? Software, ImmutableArray<string> Missing);

/// <summary>One of the questions that the service asks, and how it ended here.</summary>
/// <param name="Name">The keys that it answers for.</param>
/// <param name="Query">As it was sent last, with the patient left out.</param>
/// <param name="Resources">Those of the patient; so with all that follows.</param>
/// <param name="Recognised">Resources with a code that the service knows.</param>
/// <param name="Newest">The day of the newest of them.</param>
/// <param name="UnknownUnits">Units, as written, that no table knows.</param>
public sealed record InputFound(
    string Name, string Query, string State, long Milliseconds, int Resources, int Recognised, string? Newest, ImmutableArray<string> Groups, ImmutableArray<string> UnknownUnits) : PatientData
{
    /// <summary>Resources that name another patient.</summary>
    public int OtherPatient { get; init; }
}

/// <summary>A code that stands in the chart and in no value set.</summary>
/// <param name="Candidate">The group that it may belong to, guessed from its name; for a person to judge.</param>
public sealed record UnknownCode(string ResourceType, string? System, string Code, string? Display, int Count, ImmutableArray<string> Units, string? Candidate) : PatientData;
