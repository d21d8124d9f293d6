using Microsoft.Playwright;

namespace HpdCds.EndToEnd;

public sealed class ImportTests(Site site, Browser browser)
{
    private const string Bundle = """
        {"resourceType":"Bundle","type":"collection","entry":[
          {"resource":{"resourceType":"Patient","id":"imported-1","name":[{"given":["Iris"],"family":"Import"}],"gender":"female","birthDate":"1970-02-03"}},
          {"resource":{"resourceType":"Condition","id":"imported-hcc","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
            "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],
            "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C22.0"}],"text":"Liver cell carcinoma"},"subject":{"reference":"Patient/imported-1"}}}]}
        """;

    [Fact]
    public async Task A_patient_from_a_file_can_be_ordered_for()
    {
        await using var window = await browser.OpenAsync(site);
        await window.Page.GotoAsync("/import");
        await window.Page.GetByLabel("File").SetInputFilesAsync(new FilePayload { Name = "iris.json", MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(Bundle) });
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Iris Import" })).ToBeVisibleAsync();
        Assert.Contains("Liver cell carcinoma", await window.TextAsync(), StringComparison.Ordinal);
        await window.OrderAsync("imported-1", "nivolumab");
        await Assertions.Expect(window.Card).ToHaveCountAsync(1);
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_whole_request_that_was_pasted_is_sent_and_its_card_shown()
    {
        await using var window = await browser.OpenAsync(site);
        var request = await (await window.Page.APIRequest.GetAsync("/patients/bravo/request.json")).TextAsync();
        await window.Page.GotoAsync("/import");
        await window.Page.GetByLabel("Or paste it").FillAsync(request);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Assertions.Expect(window.Card).ToContainTextAsync("several reported risk factors (3 of 6 points");
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_said_and_the_text_stays()
    {
        await using var window = await browser.OpenAsync(site);
        await window.Page.GotoAsync("/import");
        await window.Page.GetByLabel("Or paste it").FillAsync("""{"resourceType":"Patient","id":"x","gender":"female"}""");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is a Patient; a Bundle with one Patient is needed.");
        await Assertions.Expect(window.Page.GetByLabel("Or paste it")).ToHaveValueAsync("""{"resourceType":"Patient","id":"x","gender":"female"}""");
    }
}
