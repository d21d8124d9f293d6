using System.Collections.Immutable;
using HpdCds.Clinical;
using HpdCds.Trust;

namespace HpdCds.Chart;

/// <summary>Whose data count: the context patient, under the names that the servers concerned give to him or her.</summary>
public sealed record PatientIdentity(string PatientId, ImmutableArray<FhirBase> Bases) : PatientData
{
    public bool IsNamedBy(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return References.Relative(reference, Bases) == "Patient/" + PatientId;
    }
}

public static class References
{
    private const string History = "/_history";
    private const int MostIdCharacters = 64;

    /// <summary>Whether it can be an id as FHIR has them, and nothing that leads elsewhere in an address.</summary>
    public static bool IsId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length is > 0 and <= MostIdCharacters && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.') && id is not ("." or "..");
    }

    /// <summary>The reference less a base of ours and less its version; what belongs to another server stays absolute.</summary>
    public static string Relative(string reference, ImmutableArray<FhirBase> bases)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var local = reference;
        if (reference.Contains("://", StringComparison.Ordinal))
            local = bases.Select(server => server.RelativeTo(reference)).FirstOrDefault(path => path is not null) ?? reference;
        var version = local.IndexOf(History, StringComparison.Ordinal);
        return version < 0 ? local : local[..version];
    }

    /// <summary>What is the same of a name however it is written, relatively, with its server or with its version: <c>Type/id</c>, or all of it where it has no such parts.</summary>
    public static string LastSteps(string reference)
    {
        var steps = Relative(reference, []).Split('/');
        return string.Join('/', steps[^Math.Min(2, steps.Length)..]);
    }
}
