using HpdCds.Chart;
using HpdCds.Clinical;

namespace HpdCds.Facts;

/// <summary>Sex and age: for sex the value recorded for clinical use or at birth, else the administrative gender.</summary>
internal sealed class PersonFacts
{
    private readonly PatientChart _chart;
    private readonly ChartPatient? _patient;
    private readonly string? _sex;

    public PersonFacts(PatientChart chart, DateTimeOffset asOf, TimeZoneInfo zone)
    {
        (_chart, _patient) = (chart, chart.Patient);
        _sex = SexForClinicalUse(_patient?.SexForClinicalUse) ?? BirthSex(_patient?.BirthSex) ?? _patient?.AdministrativeGender?.ToLowerInvariant();
        Age = _patient?.BirthDate is { } born
            ? Clinical.Age.At(
                ChartTimes.DayIn(zone, asOf),
                DateOnly.FromDateTime(born.Earliest.DateTime),
                DateOnly.FromDateTime(born.Latest.DateTime))
            : null;
    }

    public Age? Age { get; }

    public bool? IsFemale => _sex switch
    {
        "female" => true,
        "male" => false,
        _ => null,
    };

    public Fact<Finding> Sex => _sex switch
    {
        "female" or "male" => new Fact<Finding>.Known(
            Finding.Presence(_sex == "female") with { Shown = new Shown.Code(_sex) },
            new Provenance(when: null, _patient!.Reference)),
        "other" => new Fact<Finding>.Unknown(UnknownReason.Ambiguous),
        _ => NotThere,
    };

    public Fact<Finding> AgeFact => Age is { } age
        ? new Fact<Finding>.Known(age.ToFinding(), new Provenance(_patient!.BirthDate, _patient.Reference))
        : _patient is { IsBirthDateUnreadable: true } ? new Fact<Finding>.Unknown(UnknownReason.Unreadable)
        : _patient?.BirthDate is null ? NotThere : new Fact<Finding>.Unknown(UnknownReason.Implausible);

    /// <summary>Tells whoever asked what the Patient said.</summary>
    public void Explain(ReadingTrace? trace)
    {
        if (_patient is null || trace is null)
            return;
        foreach (var (fact, read) in new[] { ("sex", Sex), ("age", AgeFact) })
        {
            var why = (read as Fact<Finding>.Unknown)?.Reason.Code();
            trace.Note(_patient.Reference, why is null ? Fate.Used : Fate.Unusable, ChartKey.Patient, fact, why);
        }
    }

    private Fact<Finding> NotThere => new Fact<Finding>.Unknown(
        _patient is null ? _chart.WhyNotFound(ChartKey.Patient) : UnknownReason.NotRecorded);

    private static string? BirthSex(string? code) => code switch
    {
        "F" or "female" => "female",
        "M" or "male" => "male",
        _ => null,
    };

    private static string? SexForClinicalUse(ChartConcept? concept) => concept?.Codings
        .Select(coding => coding.Code switch
        {
            "female-typical" or "female" => "female",
            "male-typical" or "male" => "male",
            _ => null,
        })
        .FirstOrDefault(sex => sex is not null);
}
