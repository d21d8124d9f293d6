using System.Globalization;
using System.Text.RegularExpressions;
using Hl7.Fhir.Model;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Tests.Sandbox;

public sealed partial class PatientFileTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 30, 45, TimeSpan.Zero);

    private static readonly IReadOnlyList<SeededPatient> Patients = [.. PatientFiles.Load(Now)];

    public static IEnumerable<TheoryDataRow<string>> Ids => Patients.Select(patient => new TheoryDataRow<string>(patient.About.Id));

    [Fact]
    public void There_are_twenty_six_patients_of_distinct_names_and_every_resource_has_its_own_id()
    {
        Assert.Equal(26, Patients.Select(patient => patient.About.Title).Distinct().Count());
        var keys = Patients.SelectMany(patient => patient.Resources).Select(resource => $"{resource.TypeName}/{resource.Id}").ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_resource_belongs_to_the_patient_of_its_file(string id)
    {
        var seeded = Patients.Single(patient => patient.About.Id == id);
        var person = Assert.Single(seeded.Resources.OfType<Patient>());
        Assert.Equal(id, person.Id);
        Assert.Equal($"Synthetic {person.Name[0].Family}", seeded.About.Title);
        Assert.All(seeded.Resources.Except([person]), resource => Assert.Equal($"Patient/{id}", Subject(resource)));
        Assert.EndsWith(".", seeded.About.Shows, StringComparison.Ordinal);
    }

    [Fact]
    public void A_patient_in_a_file_has_at_most_sixty_results_and_the_large_chart_has_fifteen_hundred()
    {
        foreach (var patient in Patients)
        {
            var results = patient.Resources.OfType<Observation>().Count();
            if (patient.About.Id == LargeChart.PatientId)
                Assert.Equal(1500, results);
            else
                Assert.InRange(results, 0, 60);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_expected_answer_agrees_with_itself(string id)
    {
        var expected = Patients.Single(patient => patient.About.Id == id).About.Expected;
        if (expected.Points is not { } points)
        {
            Assert.Null(expected.Band);
            Assert.Null(expected.Settles);
            Assert.True(expected.OutOfScope is not null ^ expected.Assessable == false);
            return;
        }
        Assert.Equal(new(Band(points.Low), Band(points.High)), expected.Band);
        Assert.Equal(expected.Band!.Low != expected.Band.High, expected.Settles is not null);
        var usual = (expected.Band.Low, expected.Band.High) switch
        {
            ("baseline", "baseline") => null,
            ("high", "high") => "warning",
            _ => "info",
        };
        // Romeo is the exception of the situation table: only imaging findings that nobody coded make the range.
        Assert.Equal(id == "romeo" ? null : usual, expected.Indicator);
    }

    [Theory]
    [InlineData("{{today}}", "2026-03-01")]
    [InlineData("{{today-1d}}", "2026-02-28")]
    [InlineData("{{today-61y-100d}}", "1964-11-21")]
    [InlineData("{{now-12d}}", "2026-02-17T09:30:00Z")]
    [InlineData("{{now+21d}}", "2026-03-22T09:30:00Z")]
    [InlineData("{{now-10h}}", "2026-02-28T23:30:00Z")]
    [InlineData("{{year-65y}}", "1961")]
    [InlineData("{{context.patientId}}", "{{context.patientId}}")]
    public void Dates_are_written_relative_to_the_clock(string written, string expected) =>
        Assert.Equal(expected, RelativeDates.Expand(written, Now));

    [Fact]
    public void Dates_follow_the_clock()
    {
        static DateTimeOffset Count(DateTimeOffset now) =>
            PatientFiles.Load(now).SelectMany(patient => patient.Resources).OfType<Observation>()
                .Where(result => result.Id == "bravo-neut")
                .Select(result => DateTimeOffset.Parse(((FhirDateTime)result.Effective!).Value!, CultureInfo.InvariantCulture))
                .Single();

        Assert.Equal(new DateTimeOffset(2026, 2, 23, 9, 30, 0, TimeSpan.Zero), Count(Now));
        Assert.Equal(Count(Now).AddDays(400), Count(Now.AddDays(400)));
    }

    [Fact]
    public void No_file_holds_a_fixed_date()
    {
        foreach (var name in PatientFiles.Names)
            Assert.DoesNotMatch(FixedDate(), PatientFiles.Text(name));
    }

    [Fact]
    public void Eight_patients_have_had_their_first_dose_and_say_what_is_expected_of_growth()
    {
        var treated = Patients.Where(patient => patient.About.Growth is not null).ToList();
        Assert.Equal(["lima", "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu"], treated.Select(patient => patient.About.Id));
        Assert.All(treated, patient => Assert.Equal("continuation", patient.About.Expected.OutOfScope));
        // A warning stands on the site's own definition, any other card on another one or on what is missing.
        Assert.All(treated.Select(patient => patient.About.Growth!), growth => Assert.Equal(
            growth.Primary == "met" ? "warning" : growth.Met.IsEmpty && growth.Primary == "not-met" ? null : "info", growth.Indicator));
    }

    private static string Band(int points) => points switch
    {
        <= 1 => "baseline",
        <= 3 => "raised",
        _ => "high",
    };

    private static string? Subject(Resource resource) => resource switch
    {
        Condition condition => condition.Subject?.Reference,
        Observation observation => observation.Subject?.Reference,
        MedicationRequest order => order.Subject?.Reference,
        MedicationAdministration dose => dose.Subject?.Reference,
        ImagingStudy study => study.Subject?.Reference,
        Appointment appointment => appointment.Participant.Single().Actor?.Reference,
        _ => null,
    };

    [GeneratedRegex(@"\b(19|20)\d\d-\d\d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FixedDate();
}
