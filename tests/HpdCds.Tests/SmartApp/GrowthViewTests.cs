using HpdCds.Tests.Growth;

namespace HpdCds.Tests.SmartApp;

/// <summary>Growth on the page behind a card: pictures with tables behind them, and every definition with why. The numbers are those of the clinical model's vectors.</summary>
public sealed class GrowthViewTests(Pictures pictures) : IClassFixture<Pictures>
{
    private static readonly string[] Everything = ["2025-10-30", "2025-12-29", "2026-02-09", "80 mm", "90 mm", "135 mm", "CT", "MedicationAdministration/tango-dose-1", "Observation/tango-liver-after"];

    [Fact]
    public async Task Every_sum_rate_and_lesion_stands_with_unit_date_and_source()
    {
        var page = Pictures.PageOf(await pictures.OfSandboxAsync("tango"));

        Assert.All(Everything, shown => Assert.Contains(shown, page, StringComparison.Ordinal));
        Assert.Contains("Definition used here: Maesaka 2022: met.", page, StringComparison.Ordinal);
        Assert.Contains("Progression at the first evaluation: met (rise of the sum, RECIST 1.1; a response recorded by a clinician, 2026-02-09, Observation/tango-status).", page, StringComparison.Ordinal);
        Assert.Contains("19.63 %/month", page, StringComparison.Ordinal);
        Assert.Contains("141.46 %/month", page, StringComparison.Ordinal);
        Assert.Contains("ratio 7.2; +121.8 percentage points/month", page.Replace("7.21", "7.2", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("32.61 mm/month", page, StringComparison.Ordinal);
        Assert.Contains("1: Liver, from 50 mm on 2025-10-30 to 85 mm on 2026-02-09", page, StringComparison.Ordinal);
        Assert.Contains("120 ng/mL", page, StringComparison.Ordinal);
        Assert.Contains("Observation/tango-afp-after", page, StringComparison.Ordinal);
        Assert.Contains("class=\"expected\"", page, StringComparison.Ordinal);
        Assert.Contains("the first-dose models do not apply. Growth since the first dose is shown below.", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tango", "en", "Not met", "TGR ratio 7.21 (≥ 2): Met")]
    [InlineData("victor", "en", "no growth before the baseline", "rise of TGR, percentage points/month 73.69 (&gt; 50): Met")]
    [InlineData("yankee", "en", "no scan before the baseline", "rise of the sum, % 44.44 (≥ 40): Met")]
    [InlineData("uniform", "en", "Not met", "TGR ratio 1.27 (≥ 2): Not met")]
    [InlineData("zulu", "en", "planned for 2026-03-22 (Appointment/zulu-ct)", "no scan since the first recorded dose or order")]
    [InlineData("lima", "en", "No tumour measurement with a date of imaging and a unit could be read.", "no scan up to the first dose")]
    [InlineData("tango", "zh-CN", "最长径之和", "满足")]
    public async Task A_definition_is_met_or_not_or_says_why_it_cannot_be_judged(string patient, string language, string first, string second)
    {
        var page = Pictures.PageOf(await pictures.OfSandboxAsync(patient, language));

        Assert.Contains(first, page, StringComparison.Ordinal);
        Assert.Contains(second, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Earlier_treatment_is_told_with_its_day_and_source_and_that_none_is_recorded_is_no_more_than_that()
    {
        const string Lenvatinib = "1603296";
        var page = await PageOfAsync(GrowthPatient.WithScans(80, 90, 135)
            .Add("statements", GrowthPatient.Statement("tki", "stopped", """ "effectivePeriod":{"start":"2025-12-01","end":"2026-08-20"}, """, Lenvatinib)));

        Assert.Contains("Other systemic cancer treatment before: lenvatinib, last recorded 2026-08-20 (MedicationStatement/tki).", page, StringComparison.Ordinal);
        Assert.Contains("Other systemic cancer treatment before: none is recorded here.", await PageOfAsync(GrowthPatient.WithScans(80, 90, 135)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_line_joins_sums_of_other_lesions_and_the_table_names_them()
    {
        var page = await PageOfAsync(new GrowthPatient()
            .Add("growth", GrowthPatient.Size("a", GrowthPatient.Baseline, 50)).Add("growth", GrowthPatient.Size("b", GrowthPatient.Baseline, 30, site: "39607008"))
            .Add("growth", GrowthPatient.Size("c", GrowthPatient.After, 40)));
        var sums = page[..page.IndexOf("<h3>Lesions", StringComparison.Ordinal)];

        Assert.DoesNotContain("class=\"line\"", sums, StringComparison.Ordinal);
        Assert.Contains("1: 10200004, 2: 39607008", sums, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sum_that_could_not_be_read_is_no_point_at_zero()
    {
        var page = await PageOfAsync(new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Baseline, 50)).Add("growth", GrowthPatient.Size("b", GrowthPatient.After, 40, unit: "furlong")));

        Assert.Contains("not readable as a size", page, StringComparison.Ordinal);
        Assert.DoesNotContain("≥ 0 mm", page, StringComparison.Ordinal);
        Assert.DoesNotContain("≥0 mm", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_of_an_unclear_cancer_are_no_sum_and_not_called_unreadable()
    {
        var page = await PageOfAsync(new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Baseline, 50))
            .Add("growth", GrowthPatient.Size("b", GrowthPatient.After, 40, more: GrowthPatient.Focus("Condition/elsewhere"))));

        Assert.Contains("no sum: cancer unclear", page, StringComparison.Ordinal);
        Assert.DoesNotContain("not readable as a size", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progression_that_was_recorded_later_stands_on_the_page_with_its_source()
    {
        var page = await PageOfAsync(new GrowthPatient().Add("growth", GrowthPatient.Size("a", GrowthPatient.Before, 95)).Add("growth", GrowthPatient.Size("b", GrowthPatient.Baseline, 100))
            .Add("growth", GrowthPatient.Size("c", "2026-09-17", 101)).Add("growth", GrowthPatient.NoNewLesion("2026-09-17")).Add("growth", GrowthPatient.NoNewLesion("2026-10-30", "271299001")));

        Assert.Contains("Progression recorded after the first evaluation: a response recorded by a clinician, 2026-10-30, Observation/status-2026-10-30.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_card_says_of_the_first_dose_the_page_says_too_however_long_ago_it_was()
    {
        var patient = new GrowthPatient(isTreated: false).Add("administrations", GrowthPatient.Dose("dose-1", "2025-08-01"))
            .Add("growth", GrowthPatient.Size("a", "2025-07-30", 50)).Add("growth", GrowthPatient.Size("b", "2025-09-15", 60));
        foreach (var (day, value) in new[] { ("2025-07-29", 120), ("2025-08-20", 200), ("2025-09-20", 300), ("2025-10-10", 400), ("2025-10-20", 500), ("2026-10-01", 850) })
            patient.Add("markers", HpdCds.Tests.Chart.Json.Observation("afp-" + day, "1834-1", day + "T08:00:00Z", value: $$""" "valueQuantity":{"value":{{value}},"unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"} """));

        Assert.Contains("120 ng/mL", await PageOfAsync(patient), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_is_called_no_dose_on_the_page()
    {
        var page = await PageOfAsync(GrowthPatient.Untreated(80, 90, 135).Add("medications", GrowthPatient.OrderOf("m-1", "2026-09-01")));

        Assert.Contains("Ordered: 2026-09-01, nivolumab (MedicationRequest/m-1). No dose is recorded since.", page, StringComparison.Ordinal);
        Assert.Contains("Vertical line: order;", page, StringComparison.Ordinal);
        Assert.Contains("at the order", page, StringComparison.Ordinal);
        Assert.DoesNotContain("First dose: 2026", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">first dose<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"dose\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_dose_of_a_list_that_was_cut_is_the_latest_possible_one_on_the_page_too()
    {
        var page = await PageOfAsync(GrowthPatient.WithScans(80, 90, 135).Add("administrations", HpdCds.Tests.Chart.Json.Outcome("warning", "incomplete")));

        Assert.Contains("First dose: 2026-09-01 at the latest", page, StringComparison.Ordinal);
        Assert.Contains("at the first recorded dose", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">first dose<", page, StringComparison.Ordinal);
    }

    private async Task<string> PageOfAsync(GrowthPatient patient) =>
        Pictures.PageOf(await pictures.OfRequestAsync(patient.Order(), new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero), withGrowth: true));

    [Fact]
    public async Task Every_part_of_every_definition_has_a_name()
    {
        var picture = await pictures.OfSandboxAsync("tango");

        Assert.All(
            picture.Growth!.Assessment.Results.SelectMany(result => result.Parts),
            part => Assert.All(pictures.Knowledge.Wordings.Values, wording => Assert.NotNull(wording.Find($"page.growth-part-{part.Name}"))));
    }

    [Fact]
    public async Task It_is_not_there_before_the_first_dose_nor_where_the_hospital_does_not_show_growth()
    {
        Assert.Null((await pictures.OfRequestAsync(Pictures.RequestOf("bravo"), Pictures.SandboxAsOf, withGrowth: true)).Growth);
        var off = await pictures.OfSandboxAsync("tango", with: request => request with { ShowsGrowth = false });
        Assert.Null(off.Growth);
        Assert.Contains("which is not switched on here", Pictures.PageOf(off), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Patients))]
    public async Task A_page_that_shows_growth_can_be_made_of_every_patient(string patient)
    {
        var picture = await pictures.OfRequestAsync(Pictures.RequestOf(patient), Pictures.SandboxAsOf, withGrowth: true);

        Assert.Contains("id=\"answer\"", Pictures.PageOf(picture), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("met", "The definition used here says the same as on the card of 2026-02-20 08:00")]
    [InlineData("not-met", "said: Maesaka 2022: Not met. Now: Definition used here: Maesaka 2022: met.")]
    [InlineData("not-evaluable", "said: Maesaka 2022: Not evaluable. Now: Definition used here: Maesaka 2022: met.")]
    [Trait("Req", "SM-45")]
    public async Task A_page_behind_a_card_about_growth_says_whether_the_verdict_is_another(string result, string told)
    {
        var bravo = pictures.DecisionOf(await pictures.OfSandboxAsync("bravo"));
        var card = bravo with { Service = "hpd-growth", Growth = $"maesaka-2022-hcc:{result}:2025-12-29:", At = new DateTimeOffset(2026, 2, 20, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() };

        var page = PicturePageTests.Parse(await pictures.OfSandboxAsync("tango", with: request => request with { Card = card }));

        Assert.Contains(told, page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_growth_is_on_and_says_nothing_the_page_says_why_and_not_that_it_is_off()
    {
        var lymphoma = Pictures.RequestOf("tango").Replace("\"109841003\"", "\"118600007\"", StringComparison.Ordinal).Replace("\"C22.0\"", "\"C85.9\"", StringComparison.Ordinal);

        var page = PicturePageTests.Parse(await pictures.OfRequestAsync(lymphoma, Pictures.SandboxAsOf, withGrowth: true));

        Assert.Contains("The recorded cancer is of blood or lymph", page.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("not switched on here", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_marker_carries_its_marks_on_the_page_too()
    {
        var preliminary = Pictures.With(Pictures.RequestOf("tango"), "tango-afp-after", afp => afp["status"] = "preliminary");

        var page = PicturePageTests.Parse(await pictures.OfRequestAsync(preliminary, Pictures.SandboxAsOf, withGrowth: true));

        Assert.Contains("not final", page.Descendants("tr").First(row => row.Value.Contains("Observation/tango-afp-after", StringComparison.Ordinal)).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_grades_of_ECOG_stand_with_their_day_their_source_and_whether_they_are_final()
    {
        var page = await PageOfAsync(GrowthPatient.WithScans(80, 90, 135)
            .Add("performance", GrowthPatient.Ecog("e-1", "2026-08-28", 0, "preliminary")).Add("performance", GrowthPatient.Ecog("e-2", "2026-10-20", 3)));

        Assert.Contains("at the first evaluation: 3, 2026-10-20, Observation/e-2<", page, StringComparison.Ordinal);
        Assert.Contains("at the baseline: 0, 2026-08-28, Observation/e-1, not final<", page, StringComparison.Ordinal);
        Assert.Contains("recorded response, 2026-10-13, Observation/status-2026-10-13<", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_two_cancers_are_treated_no_definition_decides_and_that_is_said()
    {
        var one = await pictures.OfSandboxAsync("tango");
        var breast = System.Text.Json.Nodes.JsonNode.Parse("""
            {
              "resourceType": "Condition", "id": "tango-breast", "subject": { "reference": "Patient/tango" },
              "clinicalStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active" }] },
              "verificationStatus": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed" }] },
              "category": [{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "problem-list-item" }] }],
              "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C50.911" }] }, "recordedDate": "2025-12-01"
            }
            """)!.AsObject();
        var two = await pictures.OfRequestAsync(Pictures.Plus(Pictures.RequestOf("tango"), HpdCds.Chart.ChartKey.Problems, [breast]), Pictures.SandboxAsOf, withGrowth: true);

        Assert.True(one.Growth!.IsWarning);
        Assert.True(two.Growth!.Assessment.IsAnyMet);
        Assert.False(two.Growth.IsWarning);
        Assert.Contains("Which tumour is treated is not known for certain", Pictures.PageOf(two), StringComparison.Ordinal);
        Assert.Contains("meets a published definition of hyperprogressive disease", Pictures.PageOf(two), StringComparison.Ordinal);
        Assert.Contains("progression that meets the definition of hyperprogressive disease Maesaka 2022", Pictures.PageOf(one), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_at_the_ends_of_lines_do_not_lie_on_each_other()
    {
        var sizes = Enumerable.Range(0, 5).SelectMany(lesion => new[] { ("2025-10-30", 30), ("2025-12-29", 32), ("2026-02-09", 33) }.Select(scan => System.Text.Json.Nodes.JsonNode.Parse($$"""
            {
              "resourceType": "Observation", "id": "l{{lesion}}-{{scan.Item1}}", "status": "final", "subject": { "reference": "Patient/tango" },
              "code": { "coding": [{ "system": "http://loinc.org", "code": "33728-7" }] }, "effectiveDateTime": "{{scan.Item1}}",
              "focus": [{ "reference": "BodyStructure/l{{lesion}}" }], "valueQuantity": { "value": {{scan.Item2}}, "system": "http://unitsofmeasure.org", "code": "mm", "unit": "mm" }
            }
            """)!.AsObject()));
        var picture = await pictures.OfRequestAsync(Pictures.Plus(Pictures.RequestOf("tango"), HpdCds.Chart.ChartKey.Growth, sizes), Pictures.SandboxAsOf, withGrowth: true);

        var ends = PicturePageTests.Parse(picture).Descendants().Where(text => text.Name.LocalName == "text" && (string?)text.Attribute("class") == "small strong over" && text.Value.All(char.IsAsciiDigit))
            .Select(text => decimal.Parse((string)text.Attribute("y")!, System.Globalization.CultureInfo.InvariantCulture)).Order().ToArray();

        Assert.True(ends.Length >= 5, $"{ends.Length}");
        Assert.All(ends.Zip(ends.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 10, $"{pair}"));
    }

    [Fact]
    public async Task Scans_that_were_read_are_not_said_to_be_unseen()
    {
        var with = PicturePageTests.Parse(await pictures.OfRequestAsync(Pictures.RequestOf("delta"), Pictures.SandboxAsOf, withGrowth: true));
        var without = PicturePageTests.Parse(await pictures.OfRequestAsync(Pictures.RequestOf("delta"), Pictures.SandboxAsOf));

        Assert.DoesNotContain("not seen here", with.Value, StringComparison.Ordinal);
        Assert.Contains("Before the first dose", with.Value, StringComparison.Ordinal);
        Assert.Contains("not seen here", without.Value, StringComparison.Ordinal);
    }

    public static TheoryData<string> Patients => [.. HpdCds.Sandbox.Patients.PatientFiles.Load(Pictures.SandboxAsOf).Select(patient => patient.About.Id)];
}
