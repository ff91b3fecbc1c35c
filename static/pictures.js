/* Pictures grow smaller before they travel, where the browser turns them upright itself. */
(function(d,w){"use strict";
var x=d.querySelector("input[type=file]"),f=x&&x.form,b=f&&f.querySelector("button"),word=b&&b.textContent,job=0,wait=0;
if(!f)return;
function small(file,then){
var r=new FileReader(),p=new Image();
r.onerror=p.onerror=function(){then(file)};
r.onload=function(){p.src=r.result};
p.onload=function(){try{
var s=Math.min(1,1600/Math.max(p.width,p.height)),c=d.createElement("canvas"),g=c.getContext("2d");
c.width=Math.max(1,Math.round(p.width*s));c.height=Math.max(1,Math.round(p.height*s));
g.fillStyle="#fff";g.fillRect(0,0,c.width,c.height);
g.drawImage(p,0,0,c.width,c.height);
c.toBlob(function(o){then(o&&o.size<file.size?new File([o],"1.jpg",{type:o.type}):file)},"image/jpeg",.85)}catch(e){then(file)}};
r.readAsDataURL(file)}
function each(){
var a=[].slice.call(x.files),mine=++job,out;
try{if(!w.CSS.supports("image-orientation","from-image")||!a[0])return;
out=new DataTransfer()}catch(e){return}
wait=1;
(function next(){
if(mine!=job)return;
if(a.length)small(a.shift(),function(o){if(mine==job){out.items.add(o);next()}});
else{x.files=out.files;if(wait>1)f.submit();wait=0}})()}
x.addEventListener("change",each);
f.addEventListener("submit",function(e){
b.textContent=f.dataset.busy;
if(wait){wait=2;e.preventDefault()}});
w.addEventListener("pageshow",function(){b.textContent=word});
})(document,window);
